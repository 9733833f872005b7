/// The elements of a Core or Extended fragment, which have an order of their own.
struct FragmentAssembly {
  /// Writes the next element.
  var recorder: FragmentRecorder
  private var pieces: [(rank: Int, bytes: Range<Int>)] = []
  private var ended = 0

  init(renames: Bool) { recorder = FragmentRecorder(renames: renames) }

  var count: Int { recorder.bytes.count }

  /// Ends an element; those with a lower rank come first.
  mutating func endPiece(rank: Int) {
    pieces.append((rank, ended..<recorder.bytes.count))
    ended = recorder.bytes.count
  }

  /// The elements by rank, and in the order of the document where ranks are equal.
  func assembled() -> [UInt8] {
    let isInOrder = zip(pieces, pieces.dropFirst()).allSatisfy { $0.rank <= $1.rank }
    if isInOrder { return recorder.bytes }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(recorder.bytes.count)
    // Few pieces: a sort that keeps equal ones in order costs more words than it saves.
    for rank in Set(pieces.map(\.rank)).sorted() {
      for piece in pieces where piece.rank == rank { bytes.append(contentsOf: recorder.bytes[piece.bytes]) }
    }
    return bytes
  }
}
