import { expect, it } from 'vitest';
import { chooseImages } from './choose-images.ts';

const images = ['a.png', 'beach/b.png', 'street/b.png', 'street/c.png'].map((name) => ({
  name,
  file: `/photos/${name}`,
}));
const found = (...names: string[]) => chooseImages(images, names).map(({ name }) => name);

it('finds images by name, by its end, and by path, in the order in which they are asked for', () => {
  expect(found('street/b.png', 'a.png', 'c.png', '/photos/beach/b.png')).toEqual([
    ...['street/b.png', 'a.png', 'street/c.png', 'beach/b.png'],
  ]);
});

it('refuses names of none and of several', () => {
  expect(() => found('b.png')).toThrow('"b.png" may be beach/b.png or street/b.png');
  expect(() => found('aa.png')).toThrow(/there is no image "aa\.png" among 4[^]*Did you mean "a\.png"/u);
});
