// Unit matches -> unit matches with their tests against chance -> how many survive
export { countSurvivors, type CountSurvivorsOptions } from './count-survivors.ts';
export { testMatches, type TestMatchesOptions } from './test-matches.ts';
