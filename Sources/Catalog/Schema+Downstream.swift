extension Schema {
  /// What the role of an upstream server needs besides: files by the folder of `/Content` that they are in, and whom
  /// an administrator approved.
  ///
  /// `isApproved` says what was decided here, whatever the policy is; `lastRefused` when the server was last turned away.
  static let downstream = """
    CREATE INDEX fileFolder ON file(substr(digest, 20, 1));
    ALTER TABLE downstreamServer ADD COLUMN isApproved INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE downstreamServer ADD COLUMN lastRefused INTEGER;
    """
}
