"""Places of ids among others, until the analyses ask for them in SQL."""

import numpy as np
import pandas as pd


def find_places(ids: pd.Series, among: pd.Index) -> np.ndarray:
    """Find the place of each id of a piece among some ids: -1 where it is not there."""
    return np.append(among.get_indexer(ids.cat.categories), -1)[ids.cat.codes]
