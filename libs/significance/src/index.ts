// Unit matches -> unit matches with their tests against chance -> how many survive
export { countSurvivors, type CountSurvivorsOptions } from './count-survivors.ts';
export { nullPools, testMatches, type NullPool, type TestMatchesOptions } from './test-matches.ts';

// Unit matches -> unit matches with intervals over other images
export { fewestJackknifed, intervalMatches, type IntervalMatchesOptions } from './interval-matches.ts';
