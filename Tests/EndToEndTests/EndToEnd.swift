import Testing

/// Whole programs, real sockets, real files. One test at a time: each keeps much of the machine busy on its own.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct EndToEnd {}

/// The same for archives and air-gapped sites, beside the others: two cores are enough for one test of each.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ArchiveEndToEnd {}
