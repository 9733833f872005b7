/// What beginning an ingest gives.
public enum Ingest: Sendable {
  /// The file is there already, with the right length: nothing to fetch.
  case present(StoredFile)
  /// The caller is the one writer: append from ``IngestSession/offset`` on, then commit or park.
  case session(IngestSession)
}
