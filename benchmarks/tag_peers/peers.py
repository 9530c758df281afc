"""The other taggers, each to be fitted, asked, saved and loaded in the same way."""

# ruff: noqa: D102 (all have the same methods)

import pickle
import shutil
from pathlib import Path
from typing import ClassVar

import numpy as np
from tag_peers import linear, minilm, textcat
from tag_peers.rules import Rules


class _Linear:
    make = None

    def fit(self, texts, targets, companies):  # noqa: ARG002 (as the others)
        self.heads = type(self).make().fit(texts, targets)
        return self

    def margins(self, texts):
        return self.heads.margins(texts)

    def save(self, folder):
        heads = self.heads
        np.savez(folder / "heads.npz", weights=heads.weights, bias=heads.bias)
        (folder / "vectors.pickle").write_bytes(pickle.dumps(heads.vectorise))

    @classmethod
    def load(cls, folder):
        made = cls()
        made.heads = cls.make()
        with np.load(folder / "heads.npz") as saved:
            made.heads.weights, made.heads.bias = saved["weights"], saved["bias"]
        made.heads.vectorise = pickle.loads((folder / "vectors.pickle").read_bytes())  # noqa: S301 (written just before)
        return made


class Baseline(_Linear):
    """The tagger that the project began with."""

    title = "starting baseline: TF-IDF of words and characters, logistic regression"
    make = staticmethod(linear.make_baseline)


class Svm(_Linear):
    """A linear classifier of words."""

    title = "TF-IDF of words and pairs of words, linear SVM"
    make = staticmethod(linear.make_svm)


class Frozen(_Linear):
    """Sentence embeddings as they come, with linear heads."""

    title = "MiniLM, frozen, logistic regression on its sentence embeddings"
    make = staticmethod(linear.make_dense)
    known: ClassVar = {}
    encoder: ClassVar = None

    def fit(self, texts, targets, companies):
        missing = [text for text in texts if text not in self.known]
        self.known.update(zip(missing, self._embed(missing), strict=True))
        return super().fit(np.array([self.known[text] for text in texts]), targets, companies)

    def margins(self, texts):
        return super().margins(self._embed(texts))

    def _embed(self, texts):
        if not texts:
            return []
        if self.encoder is None:
            type(self).encoder = minilm.build_net(1)
        return minilm.predict(*self.encoder, texts, pooled=True)

    def save(self, folder):
        super().save(folder)
        shutil.copy(minilm.find_weights() / "model.safetensors", folder)
        shutil.copy(minilm.find_weights() / "tokenizer.json", folder)

    @classmethod
    def load(cls, folder):
        cls.encoder = minilm.build_net(1)
        return super().load(folder)


class FineTuned:
    """All layers but the word embeddings fitted to the tags."""

    title = "MiniLM, fine-tuned"

    def fit(self, texts, targets, companies):  # noqa: ARG002 (as the others)
        self.parts = minilm.fine_tune(texts, targets, say=print)
        return self

    def margins(self, texts):
        return minilm.predict(*self.parts, texts)

    def save(self, folder):
        import torch

        torch.save(self.parts[1].state_dict(), folder / "weights.pt")
        shutil.copy(minilm.find_weights() / "tokenizer.json", folder)

    @classmethod
    def load(cls, folder):
        import torch

        made = cls()
        state = torch.load(folder / "weights.pt", weights_only=True)
        made.parts = minilm.build_net(len(state["heads.bias"]))
        made.parts[1].load_state_dict(state)
        made.parts[1].eval()
        return made


class Textcat:
    """spaCy's own classifier."""

    title = "spaCy `textcat_multilabel`, bag of words"

    def fit(self, texts, targets, companies):
        self.nlp, self.n_epochs = textcat.fit(texts, targets, companies, say=print)
        return self

    def margins(self, texts):
        return textcat.predict(self.nlp, texts)

    def save(self, folder):
        self.nlp.to_disk(folder / "pipeline")

    @classmethod
    def load(cls, folder):
        import spacy

        made = cls()
        made.nlp = spacy.load(folder / "pipeline")
        return made


class RuleList:
    """Regular expressions; nothing is fitted."""

    title = "rule list, regular expressions from the codebook"

    def __init__(self):
        self.rules = Rules()

    def fit(self, texts, targets, companies):  # noqa: ARG002 (as the others)
        return self

    def margins(self, texts):
        return self.rules.margins(texts)

    def save(self, folder):
        shutil.copy(Path(__file__).with_name("rules.py"), folder)

    @classmethod
    def load(cls, folder):  # noqa: ARG003 (as the others)
        return cls()


PEERS = {
    "rules": RuleList,
    "baseline": Baseline,
    "svm": Svm,
    "minilm-frozen": Frozen,
    "minilm": FineTuned,
    "spacy": Textcat,
}
