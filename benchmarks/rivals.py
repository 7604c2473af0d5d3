"""Other ways to ask the same passages with the same model, each as its documentation shows it, hybrid where it can be.

    python benchmarks/rivals.py build NAME FOLDER MODEL
    python benchmarks/rivals.py ask NAME FOLDER MODEL QUESTION
    python benchmarks/rivals.py warm NAME FOLDER MODEL < QUESTIONS > MILLISECONDS.json

Run by `benchmarks/speed.py` and `benchmarks/load.py` with the Python of an environment that has what
`benchmarks/peers.txt` names; it needs nothing of Footnote. FOLDER holds passages.jsonl (id, text), and after `build`
what each keeps on the disk. Only what a program uses is imported.

txtai      Embeddings with hybrid search and content
haystack   text embedder, BM25 and embedding retrievers over the in-memory store, joined by reciprocal rank fusion
st-faiss   sentence-transformers and a flat FAISS index: dense alone
bm25s      words alone, with stems
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

LIMIT = 5

Ask = Callable[[str], object]


def passages(folder: Path) -> list[dict[str, str]]:
    """The passages that all of them search."""
    return [json.loads(line) for line in (folder / "passages.jsonl").open(encoding="utf-8")]


def _build_txtai(folder: Path, model: str) -> None:
    from txtai import Embeddings

    index = Embeddings(path=model, hybrid=True, content=True)
    index.index((passage["id"], passage["text"], None) for passage in passages(folder))
    index.save(str(folder / "txtai"))
    # What its API server reads; `path` of the index names the model.
    (folder / "txtai.yml").write_text(
        f"path: {folder / 'txtai'}\nwritable: false\nembeddings:\n  path: {model}\n", encoding="utf-8"
    )


def _open_txtai(folder: Path, model: str) -> Ask:
    from txtai import Embeddings

    index = Embeddings()
    index.load(str(folder / "txtai"))
    return lambda question: index.search(question, LIMIT)


def _build_haystack(folder: Path, model: str) -> None:
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
    embedder.warm_up()
    documents = [Document(id=passage["id"], content=passage["text"]) for passage in passages(folder)]
    store.write_documents(embedder.run(documents=documents)["documents"])
    store.save_to_disk(str(folder / "haystack.json"))


def _open_haystack(folder: Path, model: str) -> Ask:
    from haystack import Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

    store = InMemoryDocumentStore.load_from_disk(str(folder / "haystack.json"))
    pipeline = Pipeline()
    pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
    pipeline.add_component("dense", InMemoryEmbeddingRetriever(store))
    pipeline.add_component("words", InMemoryBM25Retriever(store))
    pipeline.add_component("both", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=LIMIT))
    pipeline.connect("embedder.embedding", "dense.query_embedding")
    pipeline.connect("dense", "both")
    pipeline.connect("words", "both")
    pipeline.warm_up()
    return lambda question: pipeline.run({"embedder": {"text": question}, "words": {"query": question}})


def _build_st_faiss(folder: Path, model: str) -> None:
    import faiss
    from sentence_transformers import SentenceTransformer

    texts = [passage["text"] for passage in passages(folder)]
    vectors = SentenceTransformer(model, device="cpu").encode(texts, normalize_embeddings=True)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / "st.faiss"))


def _open_st_faiss(folder: Path, model: str) -> Ask:
    import faiss
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(model, device="cpu")
    index = faiss.read_index(str(folder / "st.faiss"))
    texts = [passage["text"] for passage in passages(folder)]

    def ask(question: str) -> list[str]:
        _, rows = index.search(encoder.encode([question], normalize_embeddings=True), LIMIT)
        return [texts[row] for row in rows[0]]

    return ask


def _build_bm25s(folder: Path, model: str) -> None:
    import bm25s
    import Stemmer

    held = passages(folder)
    index = bm25s.BM25(corpus=held)
    texts = [passage["text"] for passage in held]
    words = bm25s.tokenize(texts, stopwords="en", stemmer=Stemmer.Stemmer("english"), show_progress=False)
    index.index(words, show_progress=False)
    index.save(str(folder / "bm25s"), corpus=held)


def _open_bm25s(folder: Path, model: str) -> Ask:
    import bm25s
    import Stemmer

    index = bm25s.BM25.load(str(folder / "bm25s"), load_corpus=True)
    stemmer = Stemmer.Stemmer("english")

    def ask(question: str) -> object:
        words = bm25s.tokenize(question, stopwords="en", stemmer=stemmer, show_progress=False)
        return index.retrieve(words, k=LIMIT, show_progress=False)

    return ask


BUILD: dict[str, Callable[[Path, str], None]] = {
    "txtai": _build_txtai,
    "haystack": _build_haystack,
    "st-faiss": _build_st_faiss,
    "bm25s": _build_bm25s,
}
OPEN: dict[str, Callable[[Path, str], Ask]] = {
    "txtai": _open_txtai,
    "haystack": _open_haystack,
    "st-faiss": _open_st_faiss,
    "bm25s": _open_bm25s,
}


def timed(ask: Ask, questions: list[str]) -> list[float]:
    """Milliseconds of each, after a round of twenty that warms up."""
    for question in questions[:20]:
        ask(question)
    took = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        took.append((time.perf_counter() - started) * 1e3)
    return took


def main() -> None:
    """Build, ask or time one of them."""
    what, name, folder, model = sys.argv[1:5]
    if what == "build":
        BUILD[name](Path(folder), model)
        return
    ask = OPEN[name](Path(folder), model)
    if what == "ask":
        print(ask(sys.argv[5]))
    else:
        print(json.dumps(timed(ask, sys.stdin.read().splitlines())))


if __name__ == "__main__":
    main()
