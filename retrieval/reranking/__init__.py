"""An optional cross-encoder: reads question and passage together, for the first few matters.

Off unless ``reranker_model`` names one. ``prepare_reranker`` writes one folder, whole or not at
all::

    <data_dir>/models/reranker/
        onnx/model.onnx      int8; inputs ``input_ids``, ``attention_mask`` and, where the tokenizer
                             tells the two texts apart, ``token_type_ids`` (int64, batch × tokens);
                             output ``scores`` (float32, batch), 0-1
        tokenizer.json       Hugging Face ``tokenizers`` format
        manifest.json        source, sha256 of the two files above

What it says is one more feature of the fused score (decision 0017), so that its weight is learned:
``hotline encoder calibrate`` after switching it on, off or to another model.
"""
