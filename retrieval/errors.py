"""Errors of retrieval.

HotlineError
├── ConfigurationError
│   ├── EncoderError             the encoder is missing, damaged or cannot be converted
│   │   ├── EncoderDamagedError  its files are not what was prepared: prepared anew
│   │   ├── EncoderDownloadError the weights could not be fetched at set-up
│   │   └── RerankerError        the same of the optional cross-encoder
│   ├── CalibrationError         the thresholds are missing or belong to another encoder
│   └── FacetWeightsError        what was learned of how facets are asked for cannot be read
├── UnavailableError
│   ├── IndexFilesError          the saved index is missing, damaged or out of date: rebuilt
│   └── IndexServerError         the server that holds the index is away, or its client
└── MalformedInputError
    ├── QuestionLineError        a line of the machine form is not a question
    └── EvaluationFileError      questions or an earlier report that cannot be evaluated with
"""

from foundation.errors import ConfigurationError, MalformedInputError, UnavailableError


class EncoderError(ConfigurationError):
    """The encoder's files cannot be used; the message names the file and the command to run."""


class EncoderDamagedError(EncoderError):
    """The encoder was prepared and its files are cut short, changed or of an older conversion."""


class EncoderDownloadError(EncoderError):
    """The weights could not be fetched; set-up needs the network once."""

    user_message = "未能下载语义模型。请检查网络后重试：hotline encoder prepare"


class RerankerError(EncoderError):
    """The cross-encoder's files cannot be used; the message names the command to run."""


class CalibrationError(ConfigurationError):
    """The thresholds do not belong to this encoder; the message names the command to run."""


class FacetWeightsError(ConfigurationError):
    """The weights of the facet reader cannot be read; the message names the command to run."""


class IndexFilesError(UnavailableError):
    """The saved index cannot be used as it is; whoever loads it builds a new one."""


class IndexServerError(UnavailableError):
    """The server that holds the vectors cannot be used; its data are never thrown away for it."""


class QuestionLineError(MalformedInputError):
    """A line of standard input is not ``{"id", "q"}``."""


class EvaluationFileError(MalformedInputError):
    """A file of questions, or an earlier report, is not what it should be; every fault is named."""

    user_message = "评测文件有误，请按提示修改后再试。"
