"""What the catalogue tells the house: its demonstration content."""

from courses.demonstration import catalogue
from taushet.registries import DemonstrationPart, demonstration_parts

demonstration_parts.register(DemonstrationPart("courses", order=30, load=catalogue.load))
