import { startClaims } from './claims.ts';
import { startComparison } from './compare.ts';
import { startConceptMap } from './concept-map.ts';
import { startEmbedding } from './embedding.ts';
import { startNavigation } from './navigation.ts';
import { readPageData } from './page.ts';
import { startSaving } from './save.ts';
import { startScheme } from './scheme.ts';
import { startTables } from './tables.ts';
import { startTasks } from './tasks.ts';
import { startTitles } from './titles.ts';
import { startUnits } from './units.ts';

const data = readPageData();
// The page reads without this script, so its controls show only once they work.
for (const controls of document.querySelectorAll<HTMLElement>('.controls[hidden]')) controls.hidden = false;
startScheme();
startNavigation();
startTables();
startEmbedding(data);
startComparison(data);
startConceptMap(data);
startTasks(data);
startClaims(data);
startTitles();
startUnits();
startSaving(data);
document.documentElement.dataset['ready'] = 'true';
