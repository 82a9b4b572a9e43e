"""Inner products of a question's few vectors with the many of a city's library."""

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Matrix = NDArray[np.float32]

_OPSET, _FORMAT = 17, 9
# Rows in seven bits, questions in eight: two products of both still fit into the sixteen bits in
# which processors without VNNI add them up.
_ROW_STEPS, _QUERY_STEPS = 63, 127
_ZERO = 128  # of the unsigned bytes that stand for a question


class RoughProducts:
    """Many rows in one byte a number, laid out once as a matrix product reads them.

    What a product costs is reading the rows: 18,000 of 384 numbers take 1.1 ms as floats, whether
    one question asks or four, and 0.33 ms so (one core of an Intel Xeon). numpy and FAISS lay the
    floats out anew for each product, which takes longer still. Costs a quarter of the rows' size
    in memory. Each row has a step of its own, and the mean of all rows is kept apart: the
    encoder's vectors lie close together, and only what differs is rounded.
    """

    def __init__(self, rows: Matrix) -> None:
        """Take float32 rows, shape (n_rows, dimensions); they are copied."""
        dimensions = rows.shape[1]
        self._middle: Matrix = rows.mean(axis=0) if len(rows) else np.zeros(dimensions, rows.dtype)
        spread = rows - self._middle
        largest = np.abs(spread).max(axis=1, initial=0.0)
        self._steps: Matrix = np.maximum(largest / _ROW_STEPS, 1e-12).astype(np.float32)
        rounded = np.rint(spread / self._steps[:, None]).astype(np.int8)
        graph = helper.make_graph(
            [helper.make_node("MatMulInteger", ["queries", "columns", "zero"], ["products"])],
            "products",
            [helper.make_tensor_value_info("queries", TensorProto.UINT8, [None, dimensions])],
            [helper.make_tensor_value_info("products", TensorProto.INT32, [None, len(rows)])],
            [
                numpy_helper.from_array(np.ascontiguousarray(rounded.T), "columns"),
                numpy_helper.from_array(np.array(_ZERO, dtype=np.uint8), "zero"),
            ],
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_FORMAT
        )
        options = ort.SessionOptions()
        # A second thread costs a question more than it saves, and another question needs the core.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session = ort.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._steps)

    def of(self, queries: Matrix) -> Matrix:
        """Return float32, shape (n_queries, n_rows).

        Of rows and questions of length 1 each is right to about a thousandth (0.002 at most in
        the library's 18,000 rows).
        """
        largest = np.abs(queries).max(axis=1, keepdims=True, initial=0.0)
        steps = np.maximum(largest / _QUERY_STEPS, 1e-12).astype(np.float32)
        rounded = (np.rint(queries / steps) + _ZERO).astype(np.uint8)
        (found,) = self._session.run(None, {"queries": rounded})
        rough: Matrix = np.multiply(found, self._steps, dtype=np.float32)
        rough *= steps
        rough += (queries @ self._middle)[:, None]
        return rough


class BestProducts:
    """The rows whose products with a question are highest, exactly.

    The rough products choose half as many again as are asked for, at least ``_MORE`` more; these
    are then computed from the rows themselves. A row is missed only where that many others come
    within twice the rounding of it.
    """

    _MORE = 128

    def __init__(self, rows: Matrix) -> None:
        """Take float32 rows, shape (n_rows, dimensions); they are kept, and must not change."""
        self._rows = rows
        self._rough = RoughProducts(rows)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def best(self, queries: Matrix, count: int) -> tuple[Matrix, NDArray[np.int64]]:
        """Return products (float32) and rows (int64), each shape (n_queries, count), best first.

        ``count`` is at most ``len(self)``.
        """
        found = np.empty((len(queries), count), dtype=np.float32)
        places = np.empty((len(queries), count), dtype=np.int64)
        tried = min(len(self), count + max(count // 2, self._MORE))
        rough = self._rough.of(queries)
        likely = np.argpartition(rough, len(self) - tried, axis=1)[:, len(self) - tried :]
        for number, query in enumerate(queries):
            rows = np.sort(likely[number])  # in the order in which they lie in memory
            exact = self._rows[rows] @ query
            order = np.argsort(-exact, kind="stable")[:count]
            found[number], places[number] = exact[order], rows[order]
        return found, places
