"""The encoder: questions and passages into vectors.

``prepare_encoder`` writes one folder for whichever model is active, whole or not at all::

    <data_dir>/models/encoder/
        onnx/model.onnx      int8; inputs ``input_ids``, ``attention_mask`` (int64, batch × tokens);
                             output ``vectors`` (float32, batch × dimensions), length 1
        tokenizer.json       Hugging Face ``tokenizers`` format, neither padding nor truncation set
        manifest.json        source, prefixes, sha256 of the two files above
        modules.json, config.json, model.safetensors …   an ordinary sentence-transformers folder

To get the same vectors elsewhere: normalise the text (``foundation.text``), put the manifest's
``query_prefix`` or ``passage_prefix`` in front, tokenize, cut to 512 ids keeping the last one
(queries: 128), pad with 0 where the mask is 0, run. The graph uses operators of ONNX Runtime's own
(``com.microsoft``: attention, layer norm, gelu): other runtimes cannot run it; 1.23.2 is tried.
"""
