"""All recipes by name, in the order in which they are trained."""
from dataclasses import dataclass

from recipes.filling import Autoencoder, Colourisation, Masked
from recipes.objective import Objective
from recipes.puzzles import Jigsaw, Rotation
from recipes.supervised import Materials, Objects, Scenes, Segmentation
from recipes.views import MoCo, SimCLR, SimSiam, SwAV, VICReg


@dataclass(frozen=True)
class Recipe:
    name: str
    objective: type[Objective]
    # Milliseconds an image on one core, by which the remaining time is estimated before it can be measured.
    cost: float
    # Added to the seed: a second network of the same recipe.
    again: int = 0
    width: int = 1
    grey: bool = False
    epochs: int = 10
    batch: int = 64
    rate: float = 2e-3


# What compares views learns slowly: twice the rate of the others.
VIEWS_RATE = 4e-3

RECIPES = {recipe.name: recipe for recipe in (
    Recipe('objects', Objects, 1.3),
    Recipe('objects-2', Objects, 1.3, again=1),
    Recipe('scenes', Scenes, 1.3),
    Recipe('materials', Materials, 1.3),
    Recipe('segmentation', Segmentation, 1.2),
    Recipe('grey', Objects, 1.3, grey=True),
    Recipe('objects-wide', Objects, 4.0, width=2),
    Recipe('simclr', SimCLR, 2.5, rate=VIEWS_RATE),
    Recipe('simclr-2', SimCLR, 2.5, again=1, rate=VIEWS_RATE),
    # More than one piece, so that keys can have other statistics than queries.
    Recipe('moco', MoCo, 1.6, batch=128, rate=VIEWS_RATE),
    Recipe('simsiam', SimSiam, 2.5, rate=0.2),
    Recipe('swav', SwAV, 2.5, rate=VIEWS_RATE),
    Recipe('vicreg', VICReg, 2.5, rate=VIEWS_RATE),
    Recipe('rotation', Rotation, 1.3),
    Recipe('jigsaw', Jigsaw, 0.9),
    Recipe('colourisation', Colourisation, 1.3, grey=True),
    Recipe('masked', Masked, 1.5),
    Recipe('autoencoder', Autoencoder, 1.5),
)}
