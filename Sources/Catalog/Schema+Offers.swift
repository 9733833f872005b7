extension Schema {
  /// What clients are offered: fragments of the documents, driver rows, and what moved since when
  /// (docs/catalog.md, "What clients are offered").
  ///
  /// `revision.fragmentVersion` is the version of the transformer that read the document; 0 = none did.
  /// What is older than this migration counts as changed with sequence 0.
  static let offers = """
    ALTER TABLE revision ADD COLUMN fragmentVersion INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX revisionFragmentVersion ON revision(fragmentVersion) WHERE changeSequence IS NOT NULL;
    CREATE TABLE coreFragment (revisionID INTEGER PRIMARY KEY, bytes BLOB NOT NULL, length INTEGER);
    CREATE TABLE extendedFragment (revisionID INTEGER PRIMARY KEY, bytes BLOB NOT NULL, length INTEGER);
    CREATE TABLE localizedFragment (
      revisionID INTEGER NOT NULL, kind INTEGER NOT NULL, position INTEGER NOT NULL,
      language TEXT NOT NULL, geoID TEXT, eulaID BLOB, bytes BLOB NOT NULL, length INTEGER,
      PRIMARY KEY (revisionID, kind, position)
    ) WITHOUT ROWID;
    CREATE TABLE driver (
      revisionID INTEGER NOT NULL, position INTEGER NOT NULL,
      hardwareID TEXT NOT NULL, date INTEGER NOT NULL, version INTEGER NOT NULL, deviceClass TEXT NOT NULL,
      manufacturer TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, whqlDriverID INTEGER NOT NULL,
      compatibleProviders TEXT, featureScores TEXT, distributionComputers BLOB, targetComputers BLOB,
      PRIMARY KEY (revisionID, position)
    ) WITHOUT ROWID;
    CREATE TABLE fragmentFailure (revisionID INTEGER PRIMARY KEY, reason TEXT NOT NULL);
    CREATE TABLE readiness (
      revisionID INTEGER PRIMARY KEY, isComplete INTEGER NOT NULL, changeSequence INTEGER NOT NULL
    );
    CREATE TABLE namedUpdate (updateKey INTEGER PRIMARY KEY, changeSequence INTEGER NOT NULL);
    INSERT INTO namedUpdate SELECT DISTINCT prerequisite.updateKey, 0 FROM prerequisite JOIN revision USING (revisionID)
      WHERE changeSequence IS NOT NULL;
    ALTER TABLE knownUpdate ADD COLUMN hiddenSequence INTEGER;
    UPDATE knownUpdate SET hiddenSequence = 0 WHERE isHidden = 1;
    CREATE INDEX knownUpdateHiddenSequence ON knownUpdate(updateKey) WHERE hiddenSequence IS NOT NULL;
    ALTER TABLE eula ADD COLUMN acceptedSequence INTEGER;
    UPDATE eula SET acceptedSequence = 0 WHERE isAccepted = 1;
    CREATE TABLE offering (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      contentCounter INTEGER NOT NULL DEFAULT 0, derivationCounter INTEGER NOT NULL DEFAULT 0,
      evaluatedContent INTEGER NOT NULL DEFAULT -1, evaluatedSequence INTEGER NOT NULL DEFAULT -1,
      clientConfiguration TEXT, clientConfigurationChangedAt INTEGER
    );
    INSERT INTO offering (id) VALUES (1);
    """
}
