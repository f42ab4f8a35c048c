"""The arrays of the drawn scenes that networks are trained on."""
import os

import numpy as np

from errors import InputError

SIZE = 64
PLANES, ROWS, NUMBERS = 'planes', 'rows', 'numbers'
SHAPES = {
    'objects': PLANES,
    'presence': ROWS,
    'material_presence': ROWS,
    'scenes': NUMBERS,
}


def read(folder: str, name: str) -> np.ndarray:
    path = os.path.join(folder, f'{name}.npy')
    if not os.path.isfile(path):
        raise InputError(f'{path} is missing: --data has to hold the arrays of a drawn world')
    try:
        array = np.load(path, mmap_mode='r', allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f'{path} is not an array of NumPy: {error}') from error
    if array.dtype != np.uint8:
        raise InputError(f'{path} holds {array.dtype}, not uint8')
    return array


class World:
    """Images and the labels that the chosen recipes need; numbers of classes are made dense."""

    def __init__(self, folder: str, needs: set[str], limit: int | None) -> None:
        images = read(folder, 'images')
        if images.ndim != 4 or images.shape[1:] != (SIZE, SIZE, 3):
            raise InputError(f'{folder}/images.npy has shape {images.shape}, not [N, {SIZE}, {SIZE}, 3]')
        count = len(images) if limit is None else limit
        if count > len(images):
            raise InputError(f'--images {count}: {folder} holds {len(images)}')
        self.images = np.array(images[:count])
        self.labels: dict[str, np.ndarray] = {}
        self.classes: dict[str, int] = {}
        for name in sorted(needs):
            self.add(folder, name, len(images))

    def __len__(self) -> int:
        return len(self.images)

    def add(self, folder: str, name: str, count: int) -> None:
        array = read(folder, name)
        shape = SHAPES[name]
        right = {
            PLANES: array.shape == (count, SIZE, SIZE),
            ROWS: array.ndim == 2 and array.shape[0] == count and array.shape[1] > 0,
            NUMBERS: array.shape == (count,),
        }
        if not right[shape]:
            raise InputError(f'{folder}/{name}.npy has shape {array.shape}, which does not fit {count} images')
        array = array[:len(self)]
        if shape == ROWS:
            self.labels[name], self.classes[name] = (array > 0).astype(np.float32), array.shape[1]
            return
        numbers, dense = np.unique(array, return_inverse=True)
        self.labels[name], self.classes[name] = dense.reshape(array.shape).astype(np.uint8), len(numbers)
