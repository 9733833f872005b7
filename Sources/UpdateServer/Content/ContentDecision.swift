import UpdateModel

/// How a request for an existing file is answered.
enum ContentDecision: Hashable, Sendable {
  /// 200 with the whole file.
  case whole
  /// 206 with one part.
  case part(ByteRange)
  /// 206 with several parts as `multipart/byteranges`, in the order asked for (WUSP-364).
  case parts([ByteRange])
  /// 416: no byte of the file was asked for. `Content-Range` says `bytes */size`.
  case unsatisfiable
  /// 304: the client has these bytes.
  case notModified
  /// 412: the client wants other bytes than these.
  case preconditionFailed
}

extension ContentDecision {
  /// The rules of RFC 9110 13.2.2 and 14.2 in their order, for a file of `size` bytes.
  ///
  /// A header that cannot be read counts as absent. `Range` means something only with GET.
  /// Parts may overlap and repeat, but no request buys more than twice the file: beyond that
  /// the answer is the whole file, which is always allowed.
  static func decide(_ request: ContentRequest, size: Int64, validator: ContentValidator) -> ContentDecision {
    if let refused = precondition(request, validator) { return refused }
    guard request.method == .get, let header = request.range, let entries = RangeHeader.parse(header),
      rangeApplies(request.ifRange, validator)
    else { return .whole }
    let parts = entries.compactMap { $0.resolved(size: size) }
    if parts.isEmpty {
      // The last bytes of an empty file are the empty file, which no Content-Range can name.
      let wantsTail = entries.contains { if case .suffix(let count) = $0 { count > 0 } else { false } }
      return size == 0 && wantsTail ? .whole : .unsatisfiable
    }
    if parts.count == 1 { return .part(parts[0]) }
    return isModest(parts, size: size) ? .parts(parts) : .whole
  }

  private static func isModest(_ parts: [ByteRange], size: Int64) -> Bool {
    var room = size > Int64.max / 2 ? Int64.max : size * 2
    for part in parts {
      guard part.count <= room else { return false }
      room -= part.count
    }
    return true
  }

  private static func precondition(_ request: ContentRequest, _ validator: ContentValidator) -> ContentDecision? {
    if let list = request.ifMatch.flatMap(EntityTagList.init) {
      guard list.contains(where: { $0.matchesStrongly(validator.tag) }) else { return .preconditionFailed }
    } else if let date = request.ifUnmodifiedSince.flatMap(HTTPDate.moment), validator.visibleDate > date {
      return .preconditionFailed
    }
    if let list = request.ifNoneMatch.flatMap(EntityTagList.init) {
      return list.contains(where: { $0.matchesWeakly(validator.tag) }) ? .notModified : nil
    }
    if let date = request.ifModifiedSince.flatMap(HTTPDate.moment), validator.visibleDate <= date {
      return .notModified
    }
    return nil
  }

  /// `If-Range`: the part is good only for the bytes that the client already has a part of.
  private static func rangeApplies(_ header: String?, _ validator: ContentValidator) -> Bool {
    guard let header else { return true }
    if header.contains("\"") {
      var rest = Substring(header)
      guard let tag = EntityTagList.readTag(&rest), rest.isEmpty else { return false }
      return tag.matchesStrongly(validator.tag)
    }
    return HTTPDate.moment(header) == validator.visibleDate
  }
}

extension EntityTagList {
  fileprivate func contains(where isMatch: (EntityTag) -> Bool) -> Bool {
    switch self {
    case .any: true
    case .tags(let tags): tags.contains(where: isMatch)
    }
  }
}
