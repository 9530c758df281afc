"""Keep a model in a folder of plain data: arrays, word lists and figures; loading runs nothing.

``weights.safetensors`` holds the arrays, ``vocabulary.json`` the words, ``checker.json`` and
``scorer.json`` whatever those stages need, ``codebook.json`` the tags where they are not the
packaged ones, ``manifest.json`` where it all came from and the SHA-256 of every file,
``README.md`` the same for people.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
import safetensors
import safetensors.numpy

from cydscore.calibration import Calibration
from cydscore.errors import CorpusError, ModelError, UsageError
from cydscore.features import FeatureExtractor
from cydscore.model_card import write_card
from cydscore.tagger import SegmentTagger
from cydscore.tags import PACKAGED, Codebook, describe_lacking, load_tags, parse_codebook

SCHEMA: Final = 2
_MANIFEST: Final = "manifest.json"
_CARD: Final = "README.md"
_WEIGHTS: Final = "weights.safetensors"
_VOCABULARY: Final = "vocabulary.json"
_CHECKER: Final = "checker.json"
_SCORER: Final = "scorer.json"
_CODEBOOK: Final = "codebook.json"
_NORMS: Final = "norms.json"
_FILES: Final = (_WEIGHTS, _VOCABULARY, _CHECKER, _SCORER)
_ADVICE: Final = "get it again, or make one with `cydscore train CORPUS --out FOLDER`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Everything that reading a filing needs, under one checksum.

    Attributes
    ----------
    name
        Name of the model, ``default`` for the packaged one.
    sha256
        Checksum of its data: of the checksums of all files but manifest and card.
    tagger
        The fitted tagger.
    checker
        Parameters of `cydscore.check`.
    scorer
        Parameters of `cydscore.score`.
    manifest
        Where it came from: corpus, seed, code version, examples, thresholds, figures, checksums.
    norms
        How scores lie over many filings (`cydscore.norms`); empty where the folder has none that
        were made with this model.
    """

    name: str
    sha256: str
    tagger: SegmentTagger
    checker: Mapping[str, Any] = field(default_factory=dict)
    scorer: Mapping[str, Any] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    norms: Mapping[str, Any] = field(default_factory=dict)

    def require_reports(self) -> None:
        """Refuse a model that no reports can be made with.

        Raises
        ------
        ModelError
            If it lacks packaged tags, from which flags are judged and scores are made, or has no
            checker and no scorer.
        """
        lacking = describe_lacking(self.tagger.codebook_)
        if lacking:
            raise ModelError(
                f"the model '{self.name}' cannot check or score, for its codebook lacks {lacking}; "
                "tag with it (`cydscore tag`), or train one whose codebook says "
                f'"extends": "{PACKAGED}"'
            )
        if not self.checker or not self.scorer:
            raise ModelError(
                f"the model '{self.name}' has no checker or no scorer, it only tags; make a whole "
                "one with `cydscore train`"
            )


def build_model(
    tagger: SegmentTagger,
    *,
    name: str = "default",
    checker: Mapping[str, Any] | None = None,
    scorer: Mapping[str, Any] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Model:
    """Return a model with its checksum and a complete manifest, not yet on disk.

    Parameters
    ----------
    tagger
        A fitted tagger.
    name
        Name of the model.
    checker
        Parameters of `cydscore.check`, plain JSON.
    scorer
        Parameters of `cydscore.score`, plain JSON.
    manifest
        Facts about the training: corpus, seed, examples, figures.
    """
    model = Model(name=name, sha256="", tagger=tagger, checker=checker or {}, scorer=scorer or {})
    sums = {file: sha256(data).hexdigest() for file, data in _serialise(model).items()}
    thresholds = dict(
        zip(
            (*tagger.labels_, "specificity>=1", "specificity>=2"),
            (round(float(t), 4) for t in tagger.calibration_.thresholds),
            strict=True,
        )
    )
    return Model(
        name=name,
        sha256=_join_sums(sums),
        tagger=tagger,
        checker=model.checker,
        scorer=model.scorer,
        manifest={
            **(manifest or {}),
            "schema": SCHEMA,
            "name": name,
            "code_version": _code_version(),
            "sha256": _join_sums(sums),
            "files": sums,
            "labels": list(tagger.labels_),
            "parameters": {k: v for k, v in tagger.get_params().items() if k != "codebook"},
            "thresholds": thresholds,
        },
    )


def save_model(model: Model, folder: str | Path) -> Model:
    """Write a model to a folder, all of it or nothing, and return it as written.

    Checksums and manifest are made anew, so a model changed by `dataclasses.replace` saves well.

    Parameters
    ----------
    model
        The model.
    folder
        Where to; a model there is replaced.

    Raises
    ------
    UsageError
        If the folder holds something other than a model.
    """
    target = Path(folder)
    if (
        target.exists()
        and not (target / _MANIFEST).is_file()
        and (not target.is_dir() or any(target.iterdir()))
    ):
        raise UsageError(f"{target}: not a model folder and not empty; choose another --out")
    built = build_model(
        model.tagger,
        name=model.name,
        checker=model.checker,
        scorer=model.scorer,
        manifest=model.manifest,
    )
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    stale = target.with_name(f".{target.name}.{os.getpid()}.old")
    fresh.mkdir(parents=True)
    try:
        for file, data in _serialise(built).items():
            (fresh / file).write_bytes(data)
        (fresh / _MANIFEST).write_bytes(_to_json(built.manifest))
        (fresh / _CARD).write_text(write_card(built.manifest), "utf-8")
        if target.exists():
            target.rename(stale)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(stale, ignore_errors=True)
    return built


def load_model(path: str | Path | None = None) -> Model:
    """Return the model in a folder, or the packaged one.

    Parameters
    ----------
    path
        The folder; None for the default model.

    Raises
    ------
    ModelError
        If it is missing, damaged, or made for another version of cydscore.
    """
    folder = find_default_model() if path is None else Path(path)
    manifest = _read_manifest(folder)
    sums = manifest["files"]
    files = (*_FILES, _CODEBOOK) if _CODEBOOK in sums else _FILES
    data: dict[str, bytes] = {}
    for file in files:
        try:
            data[file] = (folder / file).read_bytes()
        except OSError as error:
            raise ModelError(f"{folder}: no {file}, the model is incomplete; {_ADVICE}") from error
        if sha256(data[file]).hexdigest() != sums.get(file):
            raise ModelError(
                f"{folder}: {file} is not the file that manifest.json lists, the model is "
                f"damaged or was edited; {_ADVICE}"
            )
    own = _read_codebook(folder, data)
    if tuple(manifest.get("labels", ())) != (own or load_tags()).labels:
        raise ModelError(f"{folder}: made for another codebook than this cydscore's; {_ADVICE}")
    try:
        tagger = _restore_tagger(data, manifest, own)
        checker, scorer = json.loads(data[_CHECKER]), json.loads(data[_SCORER])
    except (KeyError, TypeError, ValueError, IndexError, safetensors.SafetensorError) as error:
        raise ModelError(f"{folder}: the model cannot be read ({error}); {_ADVICE}") from error
    checksum = _join_sums({file: sums[file] for file in files})
    return Model(
        name=str(manifest.get("name", folder.name)),
        sha256=checksum,
        tagger=tagger,
        checker=checker,
        scorer=scorer,
        manifest=manifest,
        norms=_read_norms(folder, checksum),
    )


def find_default_model() -> Path:
    """Return the folder of the packaged model, in a wheel, an editable install or a clone.

    Raises
    ------
    ModelError
        If there is none.
    """
    here = Path(__file__).resolve()
    folders = (here.parent / "models" / "default", here.parents[2] / "models" / "default")
    for folder in folders:
        if (folder / _MANIFEST).is_file():
            return folder
    raise ModelError(f"no default model in this installation of cydscore; {_ADVICE}")


def _serialise(model: Model) -> dict[str, bytes]:
    tagger = model.tagger
    arrays = {
        "keys": tagger.features_.keys_,
        "idf": tagger.features_.idf_,
        "weights": np.rint(tagger.weights_ / tagger.steps_).astype(np.int8),
        "steps": tagger.steps_,
        "bias": tagger.bias_,
        "calibration_weights": tagger.calibration_.weights,
        "calibration_bias": tagger.calibration_.bias,
        "thresholds": tagger.calibration_.thresholds,
    }
    data = {
        _WEIGHTS: safetensors.numpy.save({k: np.ascontiguousarray(v) for k, v in arrays.items()}),
        _VOCABULARY: _to_json({"units": list(tagger.features_.units_)}),
        _CHECKER: _to_json(model.checker),
        _SCORER: _to_json(model.scorer),
    }
    if tagger.codebook_ != load_tags():
        data[_CODEBOOK] = _to_json(tagger.codebook_.to_json())
    return data


def _read_codebook(folder: Path, data: Mapping[str, bytes]) -> Codebook | None:
    """Return the codebook in a model folder, None if the model is of the packaged one."""
    if _CODEBOOK not in data:
        return None
    try:
        return parse_codebook(data[_CODEBOOK].decode(), str(folder / _CODEBOOK))
    except (CorpusError, UnicodeDecodeError) as error:
        raise ModelError(f"{error}; {_ADVICE}") from error


def _restore_tagger(
    data: Mapping[str, bytes], manifest: Mapping[str, Any], own: Codebook | None
) -> SegmentTagger:
    arrays = safetensors.numpy.load(data[_WEIGHTS])
    units = json.loads(data[_VOCABULARY])["units"]
    tagger = SegmentTagger(codebook=own, **manifest["parameters"])
    tagger.codebook_ = own or load_tags()
    tagger.features_ = FeatureExtractor(min_count=tagger.min_count).restore(
        units, arrays["keys"], arrays["idf"]
    )
    tagger.steps_ = arrays["steps"]
    tagger.weights_ = arrays["weights"].astype(np.float32) * tagger.steps_
    tagger.bias_ = arrays["bias"]
    tagger.calibration_ = Calibration(
        weights=arrays["calibration_weights"],
        bias=arrays["calibration_bias"],
        thresholds=arrays["thresholds"],
    )
    return tagger


def _read_norms(folder: Path, checksum: str) -> Mapping[str, Any]:
    """Return the norms in a model folder, none if another model made them."""
    try:
        norms = json.loads((folder / _NORMS).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder / _NORMS}: cannot be read ({error}); make it again with cydscore norms"
        ) from error
    made_here = isinstance(norms, dict) and norms.get("model") == checksum
    return norms if made_here else {}


def _read_manifest(folder: Path) -> Mapping[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
    except OSError as error:
        raise ModelError(f"{folder}: no model there (no manifest.json); {_ADVICE}") from error
    except ValueError as error:
        raise ModelError(f"{folder}: manifest.json is not JSON ({error}); {_ADVICE}") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise ModelError(f"{folder}: manifest.json lists no files; {_ADVICE}")
    if manifest.get("schema") != SCHEMA:
        raise ModelError(
            f"{folder}: schema {manifest.get('schema')!r}, this cydscore reads {SCHEMA}; {_ADVICE}"
        )
    return manifest


def _join_sums(sums: Mapping[str, str]) -> str:
    lines = "".join(f"{sums[file]}  {file}\n" for file in sorted(sums))
    return sha256(lines.encode()).hexdigest()


def _to_json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _code_version() -> str:
    try:
        return metadata.version("cydscore")
    except metadata.PackageNotFoundError:
        return "unknown"
