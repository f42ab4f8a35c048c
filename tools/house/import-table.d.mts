export declare const importTable: Readonly<Record<string, readonly string[]>>;
export declare const testingUsers: readonly string[];
export declare const ownedPackages: Readonly<Record<string, { readonly owner: string; readonly message: string }>>;
export declare function remedy(project: string): string;
