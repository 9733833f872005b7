internal import Foundation
internal import Platform
internal import Transfer
public import UpdateModel

/// Downloads one file in ranges, as Delivery Optimization does, and checks it (guide 15, observed-behaviour.md 9.2).
struct ContentDownload {
  let http: HTTPClient
  let url: String
  let file: ContentFile
  let folder: String
  let rangeLength: Int64
  /// Where files are written and read.
  let files: BlockingPool

  /// - Returns: the path of the verified file.
  func run() async throws -> String {
    let path = "\(folder)/\(file.contentName)"
    if try await files.run({ FileManager.default.fileExists(atPath: path) }) { return path }
    guard let size = file.size else { throw UpdateClientError.unsized(file.digest) }
    var part = try await files.run { [folder, file] in
      try PartFile(folder: folder, digest: file.digest, size: size)
    }
    let resumed = part.offset > 0
    try await fill(&part, size)
    if resumed, try await mismatch(part) != nil {
      // What was here before may be of another file: once more from the start.
      try await change(&part) { part in try part.restart() }
      try await fill(&part, size)
    }
    if let mismatch = try await mismatch(part) {
      try await change(&part) { part in try part.discard() }
      throw mismatch
    }
    try await change(&part) { part in try part.finish(as: path) }
    return path
  }

  private func change(_ part: inout PartFile, _ change: @escaping @Sendable (inout PartFile) throws -> Void)
    async throws
  {
    part = try await files.run { [part] in
      var changed = part
      try change(&changed)
      return changed
    }
  }

  /// Asks for ranges until all bytes are there. All must come from one version of the file.
  private func fill(_ part: inout PartFile, _ size: Int64) async throws {
    var validator: String?
    while part.offset < size {
      let last = min(size, part.offset + rangeLength) - 1
      var request = HTTPRequest(url: url, maximumBody: size)
      request.setRange(first: part.offset, last: last)
      let response = try await execute(request)
      try check(response, first: part.offset, last: last, size: size)
      if let known = validator, let found = response.validator, found != known {
        throw UpdateClientError.contentAnswer(file.digest, expected: "version \(known)", found: found)
      }
      validator = validator ?? response.validator
      try await receive(response, into: &part, until: response.status == 200 ? size : last + 1)
    }
  }

  private func execute(_ request: HTTPRequest) async throws -> HTTPResponse {
    do { return try await http.execute(request) } catch {
      throw UpdateClientError.contentTransport(file.digest, reason: error.description)
    }
  }

  /// A 206 with exactly the range, or the whole file in place of its first range.
  private func check(_ response: HTTPResponse, first: Int64, last: Int64, size: Int64) throws {
    let expected = "bytes \(first)-\(last)/\(size)"
    if response.status == 200, first == 0 {
      guard let length = response.contentLength, length != size else { return }
      throw UpdateClientError.contentAnswer(file.digest, expected: "\(size) bytes", found: "\(length) bytes")
    }
    guard response.status == 206 else {
      throw UpdateClientError.contentAnswer(
        file.digest, expected: expected, found: "HTTP status \(response.status)")
    }
    let range = response.contentRange
    guard range?.first == first, range?.last == last, range?.size == size else {
      let found = response.headers["Content-Range"].map { String($0.prefix(60)) } ?? "no Content-Range"
      throw UpdateClientError.contentAnswer(file.digest, expected: expected, found: found)
    }
  }

  /// What arrived before an interruption stays.
  private func receive(_ response: HTTPResponse, into part: inout PartFile, until end: Int64) async throws {
    do {
      for try await chunk in response.body {
        guard part.offset + Int64(chunk.count) <= end else {
          throw UpdateClientError.contentAnswer(file.digest, expected: "\(end) bytes", found: "more")
        }
        try await change(&part) { part in try part.append(chunk) }
      }
    } catch let error as TransferError {
      throw UpdateClientError.contentTransport(file.digest, reason: error.description)
    }
    guard part.offset == end else {
      throw UpdateClientError.contentAnswer(file.digest, expected: "\(end) bytes", found: "\(part.offset)")
    }
  }

  /// Which declared digest the bytes do not have.
  private func mismatch(_ part: PartFile) async throws -> UpdateClientError? {
    let found = try await files.run { try part.digests() }
    guard found.sha1 == file.digest else {
      return .digestMismatch(file.digest, algorithm: "SHA-1", expected: file.digest.hex, found: found.sha1.hex)
    }
    guard let expected = file.sha256, found.sha256 != expected else { return nil }
    return .digestMismatch(file.digest, algorithm: "SHA-256", expected: expected.hex, found: found.sha256.hex)
  }
}

extension UpdateClient {
  /// Downloads a file into a folder, under the name it has in the update content directory.
  ///
  /// It appears only when its length and all declared digests are right. What an interrupted download leaves is
  /// continued by the next one. The place is asked for first, unless it is known.
  ///
  /// - Parameter rangeLength: Windows asks for 1 MiB at a time.
  /// - Returns: its path.
  public func download(
    _ file: ContentFile, into folder: String, rangeLength: Int64 = 1 << 20
  ) async throws -> String {
    if locations[file.digest] == nil { try await locate([file.digest]) }
    guard let url = locations[file.digest] else { throw UpdateClientError.noLocation(file.digest) }
    return try await ContentDownload(
      http: caller.http, url: url, file: file, folder: folder, rangeLength: max(1, rangeLength), files: files
    ).run()
  }
}
