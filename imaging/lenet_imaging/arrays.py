"""The array types that travel between the modules of this package."""

import numpy as np
import numpy.typing as npt

# A picture: grey [height, width] or RGB [height, width, 3], unless a docstring says otherwise.
Pixels = npt.NDArray[np.uint8]

# A map [height, width] of how much ink is where: 0 is paper; what is 1 or 255 each docstring says.
Ink = npt.NDArray[np.float32]
