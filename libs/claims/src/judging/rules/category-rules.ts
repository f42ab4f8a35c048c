import type { CategoriesClaim, CategoryClaim } from '../../vocabulary/claim.ts';
import { hasModels, type ClaimRule } from '../claim-rule.ts';

/** Some models are one of the categories that k-means puts all into. */
export const categoryRule: ClaimRule<CategoryClaim> = {
  measure: 'Jaccard index of the models and the category of models that fits them best',
  ask: ({ models }, view) => {
    if (!hasModels(view, models)) return undefined;
    const labels = view.categories();
    const claimed = new Set(models);
    const fits = [...new Set(labels)].map((label) => {
      const members = view.models.filter((_, row) => labels[row] === label);
      const shared = members.filter((model) => claimed.has(model)).length;
      return shared / (members.length + claimed.size - shared);
    });
    const effect = Math.max(...fits);
    return { effect, isSo: effect === 1 };
  },
};

/** The gap statistic asks for so many categories. */
export const categoriesRule: ClaimRule<CategoriesClaim> = {
  measure: 'categories of models that the gap statistic asks for',
  ask: ({ number }, view) => {
    if (view.models.length <= number) return undefined;
    const count = view.categoryCount(number + 1);
    return { effect: count ?? Number.NaN, isSo: count === number };
  },
};
