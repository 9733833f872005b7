import Testing

/// Whole programs, real sockets, real files. One test at a time: each keeps the machine busy on its own.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct EndToEnd {}
