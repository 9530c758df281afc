"""spaCy's text classifier of many labels as its quickstart sets it up for a CPU: a bag of words.

It stops learning where companies of the training part that are held back no longer gain.
"""

import random

import numpy as np

N_MOST, PATIENCE = 10, 2
HELD_BACK = 10  # one company in so many
BATCH = 64
MODEL = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": False,
    "ngram_size": 1,
    "length": 65536,
    "no_output_layer": False,
}
MOST_ODDS = 12.0


def fit(texts, targets, companies, *, seed=0, say=None):
    """Return a pipeline fitted on texts, and the number of times that it saw them."""
    import spacy
    from sklearn.metrics import average_precision_score
    from spacy.training import Example
    from spacy.util import fix_random_seed

    fix_random_seed(seed)
    rng = random.Random(seed)  # noqa: S311 (the order of batches)
    names = sorted(set(companies))
    back = set(rng.sample(names, len(names) // HELD_BACK))
    held = np.array([company in back for company in companies])
    labels = [str(j) for j in range(targets.shape[1])]
    nlp = spacy.blank("en")
    textcat = nlp.add_pipe("textcat_multilabel", config={"model": MODEL})
    for label in labels:
        textcat.add_label(label)
    docs = list(nlp.tokenizer.pipe(texts))
    kept = np.flatnonzero(~held).tolist()
    examples = [
        Example.from_dict(docs[i], {"cats": dict(zip(labels, map(float, targets[i]), strict=True))})
        for i in kept
    ]
    optimiser = nlp.initialize(lambda: examples[:1000])
    judged = targets[held].any(axis=0)
    best, state, waited, n_epochs = -1.0, None, 0, 0
    for epoch in range(N_MOST):
        rng.shuffle(examples)
        losses = {}
        for i in range(0, len(examples), BATCH):
            nlp.update(examples[i : i + BATCH], sgd=optimiser, drop=0.1, losses=losses)
        odds = predict(nlp, [docs[i] for i in np.flatnonzero(held)])
        value = average_precision_score(targets[held][:, judged], odds[:, judged])
        if say:
            say(f"epoch {epoch + 1} loss {losses['textcat_multilabel']:.2f} held back {value:.4f}")
        if value > best:
            best, state, waited, n_epochs = value, textcat.to_bytes(), 0, epoch + 1
        else:
            waited += 1
            if waited == PATIENCE:
                break
    textcat.from_bytes(state)
    return nlp, n_epochs


def predict(nlp, docs):
    """Return log-odds of texts, or of texts cut into words."""
    textcat = nlp.get_pipe("textcat_multilabel")
    made = docs if docs and not isinstance(docs[0], str) else list(nlp.tokenizer.pipe(docs))
    chances = np.concatenate(
        [np.asarray(textcat.predict(made[i : i + 256])) for i in range(0, len(made), 256)]
    ).astype(np.float64)
    with np.errstate(divide="ignore"):
        odds = np.log(chances) - np.log1p(-chances)
    return np.clip(odds, -MOST_ODDS, MOST_ODDS).astype(np.float32)
