extension Schema {
  /// Signed archives: what was imported, exported and answered, whose staged revisions are whose, and what the last
  /// import replaced (`replaced...`: one generation).
  static let archives = """
    CREATE TABLE importRecord (
      importID INTEGER PRIMARY KEY, archiveID BLOB NOT NULL UNIQUE, sourceServerID BLOB NOT NULL,
      sourceName TEXT NOT NULL, sequence INTEGER NOT NULL, createdAt INTEGER NOT NULL,
      baseKind INTEGER, baseID BLOB, baseSequence INTEGER, manifestSHA256 BLOB NOT NULL, signers TEXT,
      contentBytes INTEGER NOT NULL, contentFiles INTEGER NOT NULL, revisions INTEGER NOT NULL,
      totalContentFiles INTEGER NOT NULL, totalRevisions INTEGER NOT NULL,
      appliedAt INTEGER NOT NULL, changeSequence INTEGER, publishedRevisions INTEGER NOT NULL, rolledBackAt INTEGER
    );
    CREATE TABLE exportRecord (
      archiveID BLOB PRIMARY KEY, sequence INTEGER NOT NULL UNIQUE, createdAt INTEGER NOT NULL, finishedAt INTEGER,
      target BLOB, baseKind INTEGER, baseID BLOB, baseSequence INTEGER, manifestSHA256 BLOB, folder TEXT NOT NULL,
      contentBytes INTEGER NOT NULL, contentFiles INTEGER NOT NULL, revisions INTEGER NOT NULL,
      totalContentFiles INTEGER NOT NULL, totalRevisions INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE receiptRecord (receiptID BLOB PRIMARY KEY, createdAt INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE stagedImport (
      stagedFor INTEGER PRIMARY KEY CHECK (stagedFor >= 2), archiveID BLOB NOT NULL UNIQUE, begunAt INTEGER NOT NULL
    );
    CREATE TABLE replacedGeneration (id INTEGER PRIMARY KEY CHECK (id = 1), importID INTEGER NOT NULL);
    CREATE TABLE replacedGroup (
      targetGroupID BLOB PRIMARY KEY, name TEXT NOT NULL, parentGroupID BLOB NOT NULL,
      isBuiltin INTEGER NOT NULL, changeSequence INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE replacedDeployment (
      deploymentKey INTEGER PRIMARY KEY, deploymentID BLOB NOT NULL,
      updateKey INTEGER NOT NULL, revisionNumber INTEGER NOT NULL, targetGroupID BLOB NOT NULL,
      action INTEGER NOT NULL, adminName TEXT, deadline INTEGER NOT NULL, isAssigned INTEGER NOT NULL,
      goLiveTime INTEGER NOT NULL, downloadPriority INTEGER NOT NULL,
      isDead INTEGER NOT NULL, isResolved INTEGER NOT NULL, changeSequence INTEGER NOT NULL
    );
    CREATE TABLE replacedLanguage (
      languageID INTEGER PRIMARY KEY, shortName TEXT NOT NULL, longName TEXT NOT NULL,
      isEnabled INTEGER NOT NULL, changeSequence INTEGER NOT NULL
    );
    CREATE TABLE replacedHidden (updateKey INTEGER PRIMARY KEY, isHidden INTEGER NOT NULL);
    CREATE TABLE replacedEULA (eulaID BLOB PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE replacedFile (fileID INTEGER PRIMARY KEY, size INTEGER, flags INTEGER NOT NULL, muURL TEXT);
    CREATE TABLE replacedLimits (
      id INTEGER PRIMARY KEY CHECK (id = 1), maxUpdates INTEGER NOT NULL, maxDriverSets INTEGER NOT NULL,
      maxComputerIDs INTEGER NOT NULL, maxPnpHardwareIDs INTEGER NOT NULL, maxDecryptionUpdates INTEGER
    );
    """
}
