"""Validation: how far coders and instruments agree, means corrected by codes, and positions, which are codes alone."""

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import betaincinv, stdtrit

from .corpus import PERIODS, Corpus, add_period, check_columns, find_clusters, refuse_languages, shipped_data
from .errors import TalksError
from .sentiment import ALL, ESTIMANDS, FRAME
from .uncertainty import MIN_CLUSTERS, Interval, measure_effective, subtract

MIN_CODED, MIN_OTHER = 8, 5  # coded documents of a stratum; those without the commonest code, which show the spread
MAX_LEFT_OUT = 0.05  # share of sentences: what moves a mean by a tenth at the most
MIN_CODES, MIN_WHOLE, MIN_DOCUMENTS = 15, 12, 4  # of a position; 12 where every sentence there is was coded
LINES = ("group", "language", "year")  # within which, side and stratum sentences are drawn, where labels have them
_NEEDED = ["sentence_id", "doc_id", "side", "target", "label"]
_GIVEN = {"set": "countries", "coder": "pass 1", "unsure": 0, "wrong": 0}  # where a file says nothing
_ASKED = ["language", "year", "group", "whose", "stratum", "n_in_cell", "score", "score_validation", *_GIVEN]
_VALUES = {"label": [-1, 0, 1], "side": ["US", "CN"], "unsure": [0, 1], "wrong": [0, 1]}
_OF_THE_OTHER = "set != 'positions' and target != side and wrong != 1"  # the codes of countries that count
By = str | Iterable[str] | None


def load_labels(path: str | Path | None = None) -> pd.DataFrame:
    """Load coded sentences: those that ship with the suite, or a scholar's own.

    In: a CSV file with `sentence_id`, `doc_id`, `side`, `target`, `label` (-1, 0, 1), and what else is known: `coder`,
    `set`, `whose`, `unsure`, `wrong`; for `corrected_mean` `stratum`, `n_in_cell`, `score`, and of `language`, `group`,
    `year` those within which sentences were drawn. Out: a row a code. Raises `TalksError` for a missing column or wrong
    value. Known weakness: the shipped codes are a language model's; no person has checked them.

    >>> bool(ah.load_labels()["label"].isin([-1, 0, 1]).all())
    True
    """
    path = shipped_data() / "labels.csv" if path is None else Path(path)
    try:
        labels = pd.read_csv(path, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise TalksError(f"{path}: cannot be read ({error}); expected a CSV file in UTF-8; check it") from None
    if missing := [name for name in _NEEDED if name not in labels]:
        raise TalksError(f"{path}: has no column {missing[0]}; expected {', '.join(_NEEDED)}; add it")
    labels = labels.assign(**{name: _GIVEN.get(name, np.nan) for name in _ASKED if name not in labels}).fillna(_GIVEN)
    for name, values in _VALUES.items():
        if (wrong := ~labels[name].isin(values)).any():
            found, expected = labels.loc[wrong.idxmax(), name], ", ".join(map(str, values))
            raise TalksError(f"{path} row {wrong.idxmax() + 2}: {name} is {found}; expected {expected}; correct it")
    return labels


def coder_agreement(labels: pd.DataFrame, by: By = None) -> pd.DataFrame:
    """Tell how far coders agree who coded the same sentences.

    In: labels; columns to part them by. Out: those, `kappa` (Cohen 1960; of several coders the mean over pairs),
    `alpha` (Krippendorff 2004, interval: opposite codes weigh four times a step), `n` sentences of two codes or more.
    Known weakness: passes of one model agree more than people would.

    >>> rows = pd.DataFrame({"sentence_id": [1, 2, 3] * 2, "target": "US", "coder": ["a"] * 3 + ["b"] * 3})
    >>> ah.coder_agreement(rows.assign(label=[1, 0, -1, 1, 0, -1]))["kappa"].tolist()
    [1.0]
    """
    from sklearn.metrics import cohen_kappa_score  # takes two seconds

    rows = []
    for key, own in _parts(labels, by):
        codes = own.pivot_table(index=["sentence_id", "target"], columns="coder", values="label").dropna(thresh=2)
        pairs = [codes[list(pair)].dropna().astype("int64") for pair in combinations(codes, 2)]
        kappas = [cohen_kappa_score(*pair.to_numpy().T) for pair in pairs if np.unique(pair).size > 1]
        n, every = codes.count(axis=1), codes.melt()["value"]
        alpha = 1 - (n * codes.var(axis=1)).sum() / n.sum() / every.var() if kappas else np.nan
        rows.append(key | {"kappa": np.mean(kappas or np.nan), "alpha": alpha, "n": len(codes)})
    return pd.DataFrame(rows).round({"kappa": 6, "alpha": 6})


def instrument_agreement(corpus: Corpus, labels: pd.DataFrame, instruments: list[str], by: By = None) -> pd.DataFrame:
    """Tell how far instruments agree with codes, on sentences on which none was trained or chosen.

    In: corpus and labels; `tone...` of sentences, `score_validation` (attitude) or `constant` (the commonest code);
    columns of labels to part by. Out: a row an instrument: macro `f1`, `r` (Pearson), `differential` (how much warmer
    Chinese sentences are coded than American ones at equal score) with `low`, `high` (95 %, by document: Liang and
    Zeger 1986), `reversals` (+1 read as -1, or so), `n`. Two cuts a language, those best on train and sample, read
    scores as -1, 0, 1. Known weakness: of set countries only sentences count whose codes agree.

    >>> table = ah.instrument_agreement(ah.load_corpus(), ah.load_labels(), ["tone_diplomatic", "constant"])
    >>> bool(table.loc[0, "f1"] > table.loc[1, "f1"])
    True
    """
    tones = [name for name in corpus.columns("sentences") if name.startswith("tone")]
    check_columns(instruments, [*tones, "score_validation", "constant"], "instrument")
    codes = labels.query(_OF_THE_OTHER)
    agreed = codes.groupby("sentence_id")["label"].transform("std").fillna(0) == 0
    codes = codes[agreed].drop_duplicates("sentence_id").assign(constant=0.0)
    codes = codes.merge(corpus.sql(f"SELECT sentence_id, {', '.join(tones)} FROM sentences"), how="left")
    codes[[*instruments, "score"]] = codes[[*instruments, "score"]].fillna(0)
    tested, taught, rows = codes[codes["set"] == "countries"], codes[codes["set"] != "countries"], []
    if tested.empty:
        raise TalksError("the labels have no agreed code of set countries; expected some, for validation; code them")
    reads = {name: _read_scores(taught, tested, name) for name in instruments}
    for (key, own), name in product(_parts(tested, by), instruments):
        read = reads[name][own.index] if name != "constant" else own["label"] * 0 + own["label"].mode()[0]
        both = {"US", "CN"} <= {*own["side"]}
        warmer = _regress(own["label"], own["doc_id"], own[name], own["side"] == "CN") if both else [np.nan] * 3
        row = key | {"instrument": name, "f1": _f1(own["label"], read), "r": own[[name, "label"]].corr().iloc[0, 1]}
        row |= dict(zip(["differential", "low", "high"], warmer, strict=True))
        rows.append(row | {"reversals": int((own["label"] * read == -1).sum()), "n": len(own)})
    return pd.DataFrame(rows).round(6)


def _f1(codes: pd.Series, read: pd.Series | np.ndarray) -> float:
    pairs = [(codes == code, read == code) for code in (-1, 0, 1)]
    return np.mean([2 * (own & other).sum() / max(1, own.sum() + other.sum()) for own, other in pairs])


def _read_scores(taught: pd.DataFrame, tested: pd.DataFrame, name: str) -> pd.Series:
    """Read scores as -1, 0, 1, in each language by the cuts that read the codes of train and sample best."""
    read, known = tested["label"] * 0, "score" if name == "score_validation" else name  # of a model of the same kind
    for language in tested["language"].unique():
        past, own = (part[part["language"].isin([language])] for part in (taught, tested))
        pairs = [*combinations(np.unique(past[known].quantile(np.arange(0.05, 1, 0.05)).dropna()), 2)]
        found = [_f1(past["label"], np.digitize(past[known], pair) - 1) for pair in pairs]
        cuts = pairs[int(np.argmax(found))] if pairs else (0, 1e-9)  # without other codes the sign decides
        read[own.index] = np.digitize(own[name], cuts) - 1
    return read


def _regress(codes: pd.Series, documents: pd.Series, *columns: pd.Series) -> tuple[float, float, float]:
    """Regress codes on columns: the last coefficient (the mean, without columns) and bounds, clustered by document."""
    model = np.column_stack([np.ones(len(codes)), *columns]).astype("float64")
    solved = np.linalg.pinv(model)
    effect, rest = (solved @ codes)[-1], codes - model @ (solved @ codes)
    moved, n = (solved[-1] * rest).groupby(documents).sum(), measure_effective(documents.value_counts().to_numpy())
    arm = stdtrit(n - 1, 0.975) * np.sqrt(np.square(moved).sum() * len(moved) / (len(moved) - 1))
    return effect, effect - arm, effect + arm


def corrected_mean(
    corpus: Corpus, labels: pd.DataFrame, by: By = LINES, *, estimand: str = ALL, clusters: str | None = None
) -> pd.DataFrame:
    """Estimate the attitude towards the other country: the mean of the model, corrected by codes drawn at random.

    In: a corpus; labels with their design; columns of documents, `speaker`, year, month or week; `estimand`, "only the
    other", "without the relationship" or "all that name it"; `clusters`, as for `rates`. Out: `side`, `by`, `mean`,
    `low`, `high` (95 %), `codes_...`, the same of codes alone, `weight` of the model (0 to 1), `n_codes`, `n_documents`
    (coded), `n_frame` (all), `strata` kept, `share_left_out` (in strata of under 8 coded documents), `estimand`,
    `reason` of no interval. Raises `TalksError` without design, attitude or codes, and for two languages in a row.
    Source: Angelopoulos and others (2023), Egami and others (2023). Known weakness: codes and draws are taken as right.

    >>> bool(ah.corrected_mean(ah.load_corpus(), ah.load_labels(), "language")["mean"].between(-1, 1).all())
    True
    """
    check_columns([estimand], ESTIMANDS, "estimand")
    by = list(dict.fromkeys(["side", *([by] if isinstance(by, str) else by or ())]))
    frame = _lay_frame(corpus, labels, by, estimand, clusters or "doc_id")
    mixed = frame[frame.groupby(by)["language"].transform("nunique") > 1]
    refuse_languages(corpus.documents[corpus.documents["doc_id"].isin(mixed["doc_id"])], by)
    frame["n_stratum"] = frame.groupby([*by, "stratum"])["code"].transform("count")
    kept = (frame["n_stratum"] >= MIN_CODED) & frame["weight"].notna()
    frame = frame.assign(left=frame["share"].where(~kept, 0), coded=frame["doc_id"].where(frame["code"].notna()))
    frame["kept"] = pd.Categorical(frame["stratum"].where(kept), ESTIMANDS[ALL])
    sums = {"n_codes": ("n_coded", "sum"), "n_documents": ("coded", "nunique"), "n_frame": ("doc_id", "nunique")}
    sums |= {"left": ("left", "sum"), "all": ("share", "sum"), "n_stratum": ("n_stratum", "max")}
    sums["strata"] = "kept", lambda own: ", ".join(own.dropna().sort_values().unique())
    alone = _combine(frame[kept], by, 0)[["mean", "low", "high"]].add_prefix("codes_")
    table = frame.groupby(by).agg(**sums).join([_combine(frame[kept], by, 1), alone])
    table = table.assign(share_left_out=table["left"] / table["all"], estimand=estimand, reason="")
    for figure, least, what in (
        ("n_clusters", MIN_CLUSTERS * bool(clusters), "coded clusters, were they equal"),
        ("n_other", MIN_OTHER, "coded documents without the commonest code"),
        ("n_stratum", MIN_CODED, "coded documents in a stratum"),
    ):
        told = table[figure].map("{:.0f}".format) + f" {what}; expected {least}"
        table["reason"] = told.where(table[figure].round(6) < least, table["reason"])
    bounds = ["low", "high", "codes_low", "codes_high"]
    table[bounds] = table[bounds].clip(-1, 1).where(table["reason"] == "", np.nan)
    return table.drop(columns=["left", "all", "n_stratum", "n_clusters", "n_other"]).round(6).reset_index()


def _lay_frame(corpus: Corpus, labels: pd.DataFrame, by: list, estimand: str, clusters: str) -> pd.DataFrame:
    """Lay out the frame: a row a document and stratum, with its mean code, scores, share, weight and cluster."""
    known = {*labels.columns[labels.notna().any()], *corpus.columns("sentences")}
    if lacking := [name for name in ("attitude_to_us", "stratum", "n_in_cell", "score") if name not in known]:
        expected = "expected attitudes in the corpus (build it again) and in labels design and score (docs/measures.md)"
        raise TalksError(f"there is no {', '.join(lacking)}; {expected}; add what is missing")
    check_columns(by, [*corpus.documents, *PERIODS])
    codes = labels.query(_OF_THE_OTHER).dropna(subset=["stratum", "n_in_cell"])
    design = ["side", "stratum", *(name for name in LINES if name in codes and codes[name].notna().any())]
    voice = ["doc_id", *(name for name in ("speaker",) if name in by)]
    frame = corpus.sql(
        f"""SELECT {", ".join(voice)}, side, stratum, count(*) AS n, count(code) AS n_coded, avg(code) AS code,
            avg(score) AS score, avg(coalesce(score, if(side = 'US', attitude_to_cn, attitude_to_us))) AS model
        FROM ({FRAME}) LEFT JOIN codes USING (sentence_id) WHERE in_frame AND stratum IN {ESTIMANDS[estimand]}
        GROUP BY ALL ORDER BY ALL""",
        codes=codes.groupby("sentence_id").agg(code=("label", "mean"), score=("score", "first")).reset_index(),
    )
    if not frame["n_coded"].sum():
        raise TalksError("no label can correct this corpus; expected codes of its sentences; code some, or choose more")
    documents = reduce(add_period, PERIODS, corpus.documents).set_index("doc_id")
    given = [name for name in dict.fromkeys(["language", *by, *design]) if name not in frame]
    frame = frame.join(documents[given], on="doc_id").dropna(subset=by)
    cells = frame.groupby(design, dropna=False)["code"]
    frame["weight"] = (cells.transform("size") / cells.transform("count")).replace(np.inf, np.nan)
    frame["share"] = frame["n"] / frame.groupby(voice)["n"].transform("sum")
    return frame.assign(cluster=pd.factorize(find_clusters(corpus, frame, clusters), use_na_sentinel=False)[0])


def _combine(rows: pd.DataFrame, by: list[str], most: float) -> pd.DataFrame:
    """Join the strata by their shares: mean, bounds, and the weight of the model, which is `most` at the most."""
    # Influences of documents are added up over strata and within clusters, then squared, so that covariances count.
    row, own = rows.groupby(by).ngroup(), "stratum"

    def add(values: pd.Series, *within: str) -> pd.Series:
        return values.groupby([row, *(rows[name] for name in within)]).transform("sum")

    def centre(values: pd.Series, weights: pd.Series) -> tuple[pd.Series, pd.Series]:
        # The mean in each stratum, and how far each document moves it; what is missing has no weight.
        each = weights.where(values.notna(), 0)
        each /= add(each, own)
        mean = add(each * values.fillna(0), own)
        return mean, each * (values.fillna(0) - mean)

    coded, one = rows["code"].notna(), rows["share"] * 0 + 1
    drawn, same = rows["weight"].where(coded, 0), one / add(one, own)
    code, by_code = centre(rows["code"], drawn)
    score, by_score = centre(rows["score"], drawn)
    model, by_all = centre(rows["model"], one)
    by_model = (by_score - by_all).fillna(0)  # 0 where no sentence has a score
    weight = (add(by_code * by_model, own) / add(by_model**2, own)).fillna(0).clip(0, most)  # of the smallest variance
    found = code + weight * (model - score).fillna(0)
    n = add(drawn, own) ** 2 / add(drawn * add(drawn, own, "cluster"), own)  # Kish's effective number of clusters
    free = (n - 1 - (weight > 0)).clip(lower=1)
    part = rows["share"] / add(rows["share"])
    mean = add(part * found)
    moved = add(part, own) * (by_code - weight * by_model) * np.sqrt(n / free).where(coded, 1)
    variance = add(moved * add(moved, own, "cluster"), own)
    degrees = add(same * variance) ** 2 / add(same * variance**2 / free)  # Satterthwaite
    moved += part * (found - mean)  # the shares, too, are those of documents
    arm = stdtrit(degrees, 0.975) * np.sqrt(add(moved * add(moved, "cluster")))
    alike = add(coded * 1, own, "code").groupby([row, rows[own]]).transform("max")
    table = rows[by].assign(mean=mean, low=mean - arm, high=mean + arm, weight=add(part * weight))
    table = table.assign(n_clusters=add(drawn) ** 2 / add(drawn * add(drawn, "cluster")))
    return table.assign(n_other=add(coded - same * alike)).drop_duplicates(by).set_index(by)


def compare_means(first: pd.Series, second: pd.Series) -> Interval:
    """Give the difference between two rows of `corrected_mean`, first minus second, with its 95 % interval.

    In: two rows. Out: `Interval` (MOVER, Zou and Donner 2008). Raises `TalksError` for two estimands, or two sets of
    strata where over 5 % is left out. Known weakness: rows are taken as independent, even those of a day or a speaker.

    >>> rows = ah.corrected_mean(ah.load_corpus(), ah.load_labels(), ["group", "language"]).set_index("group")
    >>> ah.compare_means(rows.loc["White House"], rows.loc["White House"]).mean
    0.0
    """
    parted = max(row.get("share_left_out", 0) for row in (first, second)) > MAX_LEFT_OUT
    for kind in ("estimand", "strata") if parted else ("estimand",):
        if first[kind] != second[kind]:
            found = f"rows about {first[kind]!r} and {second[kind]!r}"
            raise TalksError(f"{found}; expected sentences of one kind; give both rows the same")
    columns = ["mean", "low", "high", *["n_documents"] * 3]
    return subtract(*(Interval(*row[columns], row.get("reason", "")) for row in (first, second)))


def positions(corpus: Corpus, labels: pd.DataFrame, by: By = ("target", "whose", "side", "period")) -> pd.DataFrame:
    """Give what each side is for and against: means of codes on objects of policy.

    In: a corpus; labels of set positions; columns of labels or documents, or `period` (2017-2020, 2021-2024, 2025).
    Out: `by`, `mean` (-1 against, 1 for), `low`, `high` (95 %, by document), `n_codes` (sentences), `n_documents`,
    `n_in_cell` (sentences there are), `coded_whole`, `mix` (whose objects), `reason`: under 15 sentences (12 where all
    were coded) or 4 documents there is no mean. Where under 3 documents have another code than the commonest, bounds
    are those of that share (Clopper and Pearson 1934). Known weakness: codes drawn from no known number do not count.

    >>> bool(ah.positions(ah.load_corpus(), ah.load_labels())["mean"].dropna().between(-1, 1).all())
    True
    """
    table, rows = [], labels[(labels["set"] == "positions") & labels["n_in_cell"].notna()]
    spans = pd.cut(rows["year"], [2016, 2020, 2024, 9999], labels=["2017-2020", "2021-2024", "2025"]).astype("str")
    added = ["doc_id", *(name for name in corpus.documents if name not in rows)]
    rows = rows.assign(period=spans).merge(corpus.documents[added], on="doc_id")
    cells = rows.groupby(["target", "side", "period", "language"], dropna=False)
    rows["cell"], rows["whole"] = cells.ngroup(), cells["sentence_id"].transform("nunique") >= rows["n_in_cell"]
    for key, own in _parts(rows[rows["wrong"] != 1], by):
        refuse_languages(corpus.documents[corpus.documents["doc_id"].isin(own["doc_id"])], key)
        each = own.groupby(["sentence_id", "target"]).agg({"label": "mean", "doc_id": "first", "whose": "first"})
        n_codes, n_documents, whole = len(each), each["doc_id"].nunique(), bool(own["whole"].all())
        least = MIN_WHOLE if whole else MIN_CODES
        few = f"{n_documents} documents; expected {MIN_DOCUMENTS}" if n_documents < MIN_DOCUMENTS else ""
        few = f"{n_codes} codes; expected {least}" if n_codes < least else few
        owners = ", ".join(f"{who} {n}" for who, n in each["whose"].replace("-", np.nan).value_counts().items())
        mean, low, high = [np.nan] * 3 if few else _bound(each["label"], each["doc_id"])
        row = key | {"mean": mean, "low": low, "high": high, "n_codes": n_codes, "n_documents": n_documents}
        row |= {"n_in_cell": int(own.groupby("cell")["n_in_cell"].first().sum()), "coded_whole": whole}
        table.append(row | {"mix": owners, "reason": few})
    return pd.DataFrame(table).round(6)


def _bound(codes: pd.Series, documents: pd.Series) -> tuple[float, float, float]:
    """Give a mean of codes and its bounds: by documents or, near unanimity, by the share of those with another code."""
    mean, *ends = _regress(codes, documents)
    commonest, n = codes.mode()[0], documents.nunique()
    others = codes[codes != commonest]
    n_other = documents[others.index].nunique()
    if n_other < 3 and n_other * 5 < n:
        reach = betaincinv(n_other + 1, n - n_other, 0.975) * np.fmax(abs(others.mean() - commonest), 1)
        ends = [commonest - reach, commonest + reach]
    return mean, *np.clip(ends, -1, 1)


def _parts(rows: pd.DataFrame, by: By) -> Iterator[tuple[dict, pd.DataFrame]]:
    names = [by] if isinstance(by, str) else list(by or ())
    check_columns(names, rows)
    for key, own in rows.groupby(names, observed=True) if names else [((), rows)]:
        yield dict(zip(names, key, strict=True)), own
