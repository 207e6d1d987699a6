import { appendCases } from './cases/append.ts';
import { appendManyCases } from './cases/append-many.ts';
import { concurrencyCases } from './cases/concurrency.ts';
import { confusionCases } from './cases/confusion.ts';
import { copyCases } from './cases/copies.ts';
import { defaultsCases } from './cases/defaults.ts';
import { deleteCases } from './cases/delete.ts';
import { duplicateCases } from './cases/duplicates.ts';
import { emptyAppendCases } from './cases/empty-append.ts';
import { erasureCases } from './cases/erasures.ts';
import { errorCases } from './cases/errors.ts';
import { feedCases } from './cases/feed.ts';
import { feedCursorCases } from './cases/feed-cursors.ts';
import { guardCases } from './cases/guards.ts';
import { headCases } from './cases/head.ts';
import { hostileIdCases } from './cases/hostile-ids.ts';
import { idCases } from './cases/ids.ts';
import { largeValueCases } from './cases/large-values.ts';
import { lifecycleCases } from './cases/lifecycle.ts';
import { limitCases } from './cases/limits.ts';
import { listingCases } from './cases/listing.ts';
import { loadCases } from './cases/load.ts';
import { metadataCases } from './cases/metadata.ts';
import { raceCases } from './cases/races.ts';
import { readCases } from './cases/read.ts';
import { readKindsCases } from './cases/read-kinds.ts';
import { readLongCases } from './cases/read-long.ts';
import { refreshCases } from './cases/refresh.ts';
import { refusedValueCases } from './cases/refused-values.ts';
import { repeatCases } from './cases/repeats.ts';
import { timeCases } from './cases/times.ts';
import { valueCases } from './cases/values.ts';
import type { ConformanceCase } from './conformance-case.ts';

/**
 * The contract, case by case, for any test runner:
 *
 * `for (const { title, run } of conformanceCases) test(title, () => run(open))`
 *
 * where `open` gives journals on one store. Cases use thread ids of their own and may run again on the same store.
 */
export const conformanceCases: readonly ConformanceCase[] = [
  ...appendCases,
  ...appendManyCases,
  ...emptyAppendCases,
  ...defaultsCases,
  ...timeCases,
  ...guardCases,
  ...repeatCases,
  ...duplicateCases,
  ...metadataCases,
  ...copyCases,
  ...loadCases,
  ...refreshCases,
  ...headCases,
  ...readCases,
  ...readKindsCases,
  ...readLongCases,
  ...feedCases,
  ...feedCursorCases,
  ...listingCases,
  ...deleteCases,
  ...erasureCases,
  ...concurrencyCases,
  ...raceCases,
  ...valueCases,
  ...largeValueCases,
  ...refusedValueCases,
  ...limitCases,
  ...idCases,
  ...hostileIdCases,
  ...confusionCases,
  ...lifecycleCases,
  ...errorCases,
];
