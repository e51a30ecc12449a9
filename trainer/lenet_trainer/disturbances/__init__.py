"""Pictures as people have them, photographed and scanned, made of a dataset's digits: to measure preprocessing by."""

from lenet_trainer.disturbances.kinds import KINDS, MIXTURE, recipe
from lenet_trainer.disturbances.recipe import Recipe
from lenet_trainer.disturbances.render import picture_file, render
from lenet_trainer.disturbances.some import Disturbed, disturbed

__all__ = ["KINDS", "MIXTURE", "Disturbed", "Recipe", "disturbed", "picture_file", "recipe", "render"]
