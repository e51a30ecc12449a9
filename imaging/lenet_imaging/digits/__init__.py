"""From a picture to the handwritten glyph in it, sized and placed as digits in MNIST are."""
