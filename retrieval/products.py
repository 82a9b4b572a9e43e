"""Inner products of a question's few vectors with the many of a city's library."""

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Matrix = NDArray[np.float32]

_OPSET, _FORMAT = 17, 9


class Products:
    """Many rows, laid out once as a matrix product reads them.

    numpy and FAISS lay all rows out anew for each product, which takes longer than the product:
    17,000 rows of 384 numbers with two vectors took them 2.0 ms, with four 1.8 ms, and take 0.6
    and 0.8 ms here (one core of an AMD EPYC). Costs the rows' size in memory, and 0.1 s to make.
    """

    def __init__(self, rows: Matrix) -> None:
        """Take float32 rows, shape (n_rows, dimensions); they are copied."""
        dimensions = rows.shape[1]
        self._size = len(rows)
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["queries", "columns"], ["products"])],
            "products",
            [helper.make_tensor_value_info("queries", TensorProto.FLOAT, [None, dimensions])],
            [helper.make_tensor_value_info("products", TensorProto.FLOAT, [None, self._size])],
            [numpy_helper.from_array(np.ascontiguousarray(rows.T), "columns")],
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
        return self._size

    def of(self, queries: Matrix) -> Matrix:
        """Return float32, shape (n_queries, n_rows)."""
        (found,) = self._session.run(None, {"queries": queries})
        return np.asarray(found, dtype=np.float32)
