export { InputError, IntermodelError, MachineError, type ErrorDetails, type ErrorPlace } from './errors.ts';
export { packError, unpackError, type ErrorMessage } from './error-message.ts';
export { openFile, openInputFile, readError, readInputFile, requireFile, type OpenFile } from './input-files.ts';
export { limitError, readLimit, requireFilesForThread, type LimitName } from './machine-limits.ts';
export { nearestName, suggestName } from './suggest-name.ts';
export { visibleText } from './visible-text.ts';
