/** The script as it stands in a page. */
export function bundleClient(): Promise<string>;
/** The module that holds the script. */
export function clientModule(script: string): string;
