public import Catalog
public import UpdateModel

/// What a run tells while it works. Rates are the viewer's business.
public enum ProgressEvent: Sendable {
  public enum Phase: String, Hashable, Sendable {
    case authorization, configuration, categories, updates, deployments, content
  }

  /// A file that is being fetched.
  public struct Transfer: Hashable, Sendable {
    public let digest: FileDigest
    public let fileName: String
    /// Bytes of the part file.
    public let bytes: Int64
    /// nil when the metadata does not say.
    public let size: Int64?
  }

  case phase(Phase)
  /// The USS listed `listed` revisions, `wanted` of them are new here.
  case listed(ListingKind, listed: Int, wanted: Int)
  /// Revisions of a listing that arrived and were checked; they are stored soon after.
  case staged(ListingKind, done: Int, total: Int)
  /// Bytes of SOAP answers, as they arrive, since the start of the run.
  case received(bytes: Int64)
  /// Files of the content phase; `bytes` counts as they move, in both directions when a file restarts.
  case content(files: Int, totalFiles: Int, bytes: Int64, totalBytes: Int64, active: [Transfer])
  /// The USS asked for patience.
  case waiting(seconds: Double)
}

/// Takes ``ProgressEvent``s; called often and from any task, so it must be quick.
public typealias ProgressHandler = @Sendable (ProgressEvent) -> Void
