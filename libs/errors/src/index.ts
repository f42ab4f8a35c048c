export { InputError, IntermodelError, MachineError, type ErrorDetails, type ErrorPlace } from './errors.ts';
export { nearestName, suggestName } from './suggest-name.ts';
