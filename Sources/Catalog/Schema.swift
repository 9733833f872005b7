internal import GRDB

/// The tables. Migrations are only ever appended (docs/catalog.md has the columns in words).
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: the server and its change log") { db in try db.execute(sql: server) }
    migrator.registerMigration("2: revisions and files") { db in try db.execute(sql: revisions) }
    migrator.registerMigration("3: deployments") { db in try db.execute(sql: deployments) }
    migrator.registerMigration("4: upstream, listings, history") { db in try db.execute(sql: upstream) }
    migrator.registerMigration("5: text search") { db in try db.execute(sql: search) }
    migrator.registerMigration("6: downstream servers and files by folder") { db in try db.execute(sql: downstream) }
    migrator.registerMigration("7: packed documents") { db in try db.execute(sql: packedDocuments) }
    migrator.registerMigration("8: signed archives") { db in try db.execute(sql: archives) }
    migrator.registerMigration("9: files that were asked for and are not here") { db in
      try db.execute(sql: requestedAndAbsent)
    }
    migrator.registerMigration("10: client computers and their reports") { db in try db.execute(sql: clients) }
    migrator.registerMigration("11: fragments and offering") { db in try db.execute(sql: offers) }
    migrator.registerMigration("12: approval rules") { db in try db.execute(sql: rules) }
    return migrator
  }

  private static let server = """
    CREATE TABLE server (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      serverID BLOB NOT NULL, epoch TEXT NOT NULL,
      oldestSequence INTEGER NOT NULL DEFAULT 0,
      replicationMode INTEGER NOT NULL DEFAULT 0, isCatalogOnly INTEGER NOT NULL DEFAULT 0,
      isLazy INTEGER NOT NULL DEFAULT 1, hostsPSFFiles INTEGER NOT NULL DEFAULT 0,
      maxUpdates INTEGER NOT NULL DEFAULT 100, maxDriverSets INTEGER NOT NULL DEFAULT 100,
      maxComputerIDs INTEGER NOT NULL DEFAULT 100, maxPnpHardwareIDs INTEGER NOT NULL DEFAULT 100,
      maxDecryptionUpdates INTEGER DEFAULT 100
    );
    CREATE TABLE change (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, changedAt INTEGER NOT NULL, subject INTEGER NOT NULL
    );
    CREATE TABLE language (
      languageID INTEGER PRIMARY KEY, shortName TEXT NOT NULL, longName TEXT NOT NULL,
      isEnabled INTEGER NOT NULL, changeSequence INTEGER NOT NULL
    );
    CREATE TABLE downstreamServer (
      serverID BLOB PRIMARY KEY, name TEXT NOT NULL, protocolVersion TEXT,
      firstSeen INTEGER NOT NULL, lastSeen INTEGER NOT NULL
    ) WITHOUT ROWID;
    """

  private static let revisions = """
    CREATE TABLE knownUpdate (
      updateKey INTEGER PRIMARY KEY, updateID BLOB NOT NULL UNIQUE,
      isHidden INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX knownUpdateHidden ON knownUpdate(updateKey) WHERE isHidden = 1;
    CREATE TABLE revision (
      revisionID INTEGER PRIMARY KEY, updateKey INTEGER NOT NULL, revisionNumber INTEGER NOT NULL,
      stagedFor INTEGER, changeSequence INTEGER, isLatest INTEGER NOT NULL DEFAULT 0,
      kind INTEGER NOT NULL, kindText TEXT, flags INTEGER NOT NULL,
      creationDate INTEGER, compatibleVersion INTEGER, eulaID BLOB,
      publicationState TEXT, defaultLanguage TEXT, msrcSeverity TEXT, handler TEXT, supportURL TEXT,
      maxDownloadSize INTEGER, languages TEXT, kbArticles TEXT, securityBulletins TEXT,
      UNIQUE (updateKey, revisionNumber)
    );
    CREATE INDEX revisionStaged ON revision(stagedFor) WHERE stagedFor IS NOT NULL;
    CREATE INDEX revisionLatest ON revision(changeSequence, kind) WHERE isLatest = 1;
    CREATE INDEX revisionConfiguration ON revision(kind) WHERE kind <= 5;
    CREATE TABLE document (revisionID INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE localizedText (
      revisionID INTEGER NOT NULL, position INTEGER NOT NULL, language TEXT NOT NULL, title TEXT NOT NULL,
      description TEXT, uninstallNotes TEXT, moreInfoURLs TEXT, supportURL TEXT,
      PRIMARY KEY (revisionID, position)
    ) WITHOUT ROWID;
    CREATE TABLE prerequisite (
      revisionID INTEGER NOT NULL, clause INTEGER NOT NULL, position INTEGER NOT NULL,
      updateKey INTEGER NOT NULL, isCategory INTEGER NOT NULL,
      PRIMARY KEY (revisionID, clause, position)
    ) WITHOUT ROWID;
    CREATE TABLE membership (
      categoryKey INTEGER NOT NULL, revisionID INTEGER NOT NULL, PRIMARY KEY (categoryKey, revisionID)
    ) WITHOUT ROWID;
    CREATE TABLE supersedence (
      updateKey INTEGER NOT NULL, revisionID INTEGER NOT NULL, PRIMARY KEY (updateKey, revisionID)
    ) WITHOUT ROWID;
    CREATE INDEX supersedenceOfRevision ON supersedence(revisionID);
    CREATE TABLE bundle (
      revisionID INTEGER NOT NULL, clause INTEGER NOT NULL, position INTEGER NOT NULL,
      updateKey INTEGER NOT NULL, revisionNumber INTEGER NOT NULL,
      PRIMARY KEY (revisionID, clause, position)
    ) WITHOUT ROWID;
    CREATE INDEX bundleMember ON bundle(updateKey, revisionNumber);
    CREATE TABLE file (
      fileID INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, size INTEGER, flags INTEGER NOT NULL DEFAULT 2,
      muURL TEXT, isPresent INTEGER NOT NULL DEFAULT 0, verifiedAt INTEGER,
      isRequested INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX fileRequested ON file(fileID) WHERE isRequested = 1;
    CREATE TABLE fileFailure (
      fileID INTEGER PRIMARY KEY, reason TEXT NOT NULL, attempts INTEGER NOT NULL,
      failedAt INTEGER NOT NULL, nextTry INTEGER
    );
    CREATE TABLE revisionFile (
      revisionID INTEGER NOT NULL, position INTEGER NOT NULL, fileID INTEGER NOT NULL,
      fileName TEXT NOT NULL, modified INTEGER, patchingType TEXT, isEncrypted INTEGER NOT NULL,
      additionalDigests BLOB,
      PRIMARY KEY (revisionID, position)
    ) WITHOUT ROWID;
    CREATE INDEX revisionFileFile ON revisionFile(fileID);
    CREATE TABLE stagedFile (
      revisionID INTEGER NOT NULL, position INTEGER NOT NULL, fileID INTEGER NOT NULL,
      size INTEGER, flags INTEGER NOT NULL, muURL TEXT,
      PRIMARY KEY (revisionID, position)
    ) WITHOUT ROWID;
    CREATE TABLE decryptionKey (
      revisionID INTEGER NOT NULL, fileID INTEGER NOT NULL, bytes BLOB, PRIMARY KEY (revisionID, fileID)
    ) WITHOUT ROWID;
    CREATE TABLE eula (eulaID BLOB PRIMARY KEY, isAccepted INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
    """

  private static let deployments = """
    CREATE TABLE targetGroup (
      targetGroupID BLOB PRIMARY KEY, name TEXT NOT NULL, parentGroupID BLOB NOT NULL,
      isBuiltin INTEGER NOT NULL, changeSequence INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE deployment (
      deploymentKey INTEGER PRIMARY KEY, deploymentID BLOB NOT NULL UNIQUE,
      updateKey INTEGER NOT NULL, revisionNumber INTEGER NOT NULL, targetGroupID BLOB NOT NULL,
      action INTEGER NOT NULL, adminName TEXT, deadline INTEGER NOT NULL, isAssigned INTEGER NOT NULL,
      goLiveTime INTEGER NOT NULL, downloadPriority INTEGER NOT NULL,
      isDead INTEGER NOT NULL DEFAULT 0, isResolved INTEGER NOT NULL DEFAULT 1, changeSequence INTEGER NOT NULL
    );
    CREATE INDEX deploymentChange ON deployment(changeSequence);
    CREATE INDEX deploymentUpdate ON deployment(updateKey, revisionNumber) WHERE isDead = 0;
    CREATE INDEX deploymentUnresolved ON deployment(deploymentKey) WHERE isResolved = 0;
    """

  private static let upstream = """
    CREATE TABLE upstream (
      id INTEGER PRIMARY KEY CHECK (id = 1), endpoint TEXT,
      configAnchor TEXT, categoryAnchor TEXT, updateAnchor TEXT, deploymentAnchor TEXT,
      subscriptionFingerprint TEXT,
      hasConfiguration INTEGER NOT NULL DEFAULT 0, isCatalogOnly INTEGER, isLazy INTEGER, hostsPSFFiles INTEGER,
      maxUpdates INTEGER, maxDriverSets INTEGER, maxComputerIDs INTEGER, maxPnpHardwareIDs INTEGER,
      maxDecryptionUpdates INTEGER, protocolVersion TEXT
    );
    INSERT INTO upstream (id) VALUES (1);
    CREATE TABLE listing (
      kind INTEGER PRIMARY KEY, anchor TEXT NOT NULL, begunAt INTEGER NOT NULL,
      listed INTEGER NOT NULL, wanted INTEGER NOT NULL
    );
    CREATE TABLE listingEntry (
      kind INTEGER NOT NULL, position INTEGER NOT NULL, updateID BLOB NOT NULL, revisionNumber INTEGER NOT NULL,
      PRIMARY KEY (kind, position)
    ) WITHOUT ROWID;
    CREATE TABLE unavailableRevision (
      updateID BLOB NOT NULL, revisionNumber INTEGER NOT NULL, recordedAt INTEGER NOT NULL,
      PRIMARY KEY (updateID, revisionNumber)
    ) WITHOUT ROWID;
    CREATE TABLE syncRecord (
      syncRecordID INTEGER PRIMARY KEY, beganAt INTEGER NOT NULL, endedAt INTEGER NOT NULL, endpoint TEXT,
      outcome INTEGER NOT NULL, message TEXT, newRevisions INTEGER NOT NULL, changedDeployments INTEGER NOT NULL,
      fetchedFiles INTEGER NOT NULL, fetchedBytes INTEGER NOT NULL, missingFiles INTEGER NOT NULL
    );
    CREATE INDEX syncRecordEnded ON syncRecord(endedAt);
    """

  private static let search = """
    CREATE VIRTUAL TABLE searchText USING fts5(
      text, content = '', detail = none, tokenize = 'trigram', columnsize = 0
    );
    CREATE TABLE searchProgress (id INTEGER PRIMARY KEY CHECK (id = 1), indexedUpTo INTEGER NOT NULL);
    INSERT INTO searchProgress VALUES (1, 0);
    """

  /// A server looks every few seconds whether there are any; most that were ever asked for are here.
  private static let requestedAndAbsent = """
    DROP INDEX fileRequested;
    CREATE INDEX fileRequested ON file(fileID) WHERE isRequested = 1 AND isPresent = 0;
    """

  /// NULL: `bytes` is the document itself, as all of them were before.
  private static let packedDocuments = "ALTER TABLE document ADD COLUMN length INTEGER;"
}
