import UpdateModel

/// One piece of the plan of an answer's body.
enum ContentSegment: Hashable, Sendable {
  /// What stands between parts.
  case text(String)
  case file(ByteRange)

  /// Bytes.
  var count: Int64 {
    switch self {
    case .text(let text): Int64(text.utf8.count)
    case .file(let range): range.count
    }
  }
}

/// An answer for a file, complete but for moving its bytes.
struct ContentAnswer: Hashable, Sendable {
  struct Field: Hashable, Sendable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// HTTP status.
  let status: Int
  /// In the order of sending; `Content-Length` among them unless the status forbids it.
  var fields: [Field]
  /// Empty for HEAD.
  var segments: [ContentSegment]

  /// - Parameter request: what was asked of `file`.
  init(_ request: ContentRequest, _ file: ContentCard) {
    let decision = ContentDecision.decide(request, size: file.size, validator: file.validator)
    self.init(decision, file)
    if request.method == .head { segments = [] }
  }

  private init(_ decision: ContentDecision, _ file: ContentCard) {
    let validators = [
      Field("Last-Modified", file.dateText), Field("Accept-Ranges", "bytes"), Field("ETag", file.validator.tag.text),
    ]
    switch decision {
    case .whole:
      let segments: [ContentSegment] = file.size > 0 ? [.file(ByteRange(first: 0, last: file.size - 1))] : []
      self.init(200, [Field("Content-Type", file.type)] + validators, segments)
    case .part(let range):
      let fields = [Field("Content-Type", file.type)] + validators + [file.contentRange(range)]
      self.init(206, fields, [.file(range)])
    case .parts(let ranges):
      let multipart = MultipartBody(ranges, file)
      self.init(206, [Field("Content-Type", multipart.type)] + validators, multipart.segments)
    case .unsatisfiable: self.init(416, validators + [Field("Content-Range", "bytes */\(file.size)")], [])
    case .notModified: self.init(status: 304, fields: validators)
    case .preconditionFailed: self.init(412, validators, [])
    }
  }

  private init(_ status: Int, _ fields: [Field], _ segments: [ContentSegment]) {
    let length = segments.reduce(0) { $0 + $1.count }
    self.init(status: status, fields: fields + [Field("Content-Length", String(length))], segments: segments)
  }

  init(status: Int, fields: [Field], segments: [ContentSegment] = []) {
    self.status = status
    self.fields = fields
    self.segments = segments
  }
}

/// What answers say of a file besides its bytes.
struct ContentCard: Hashable, Sendable {
  /// Bytes.
  let size: Int64
  let validator: ContentValidator
  /// `Content-Type`.
  let type: String
  /// `Last-Modified`.
  let dateText: String

  init(size: Int64, validator: ContentValidator, type: String, dateText: String) {
    self.size = size
    self.validator = validator
    self.type = type
    self.dateText = dateText
  }

  /// - Parameters:
  ///   - name: under which the file is stored; its extension gives the type.
  ///   - modified: must be the same for the life of the file (MC-BUP 3.6).
  init(digest: FileDigest, name: String, size: Int64, modified: Timestamp) {
    self.size = size
    validator = ContentValidator(digest: digest, modified: modified)
    type = ContentType.of(name: name)
    dateText = HTTPDate.text(modified)
  }

  func contentRange(_ range: ByteRange) -> ContentAnswer.Field {
    ContentAnswer.Field("Content-Range", "bytes \(range.first)-\(range.last)/\(size)")
  }
}
