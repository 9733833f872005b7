extension Schema {
  /// Client computers, their groups, what they reported, and which updates each of them needs.
  ///
  /// `updateStatus` has a row only where a computer said more than "not applicable" once; the index by update counts
  /// without reading the rows. `event` is found by computer and instance: one report writes neighbouring index
  /// entries, and no client can take the instance number of another one.
  static let clients = """
    ALTER TABLE server ADD COLUMN targeting INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE computer (
      computerKey INTEGER PRIMARY KEY AUTOINCREMENT, computerID TEXT NOT NULL UNIQUE,
      dnsName TEXT NOT NULL COLLATE NOCASE, address TEXT,
      firstContact INTEGER NOT NULL, lastContact INTEGER NOT NULL,
      lastSync INTEGER, lastSyncResult INTEGER NOT NULL DEFAULT 0, lastSyncError INTEGER,
      lastReport INTEGER, lastStatus INTEGER, lastDetection INTEGER, lastReboot INTEGER,
      hasDetailsChanged INTEGER NOT NULL DEFAULT 1
    );
    CREATE INDEX computerName ON computer(dnsName, computerKey);
    CREATE TABLE operatingSystem (
      operatingSystemKey INTEGER PRIMARY KEY,
      major INTEGER NOT NULL, minor INTEGER NOT NULL, build INTEGER NOT NULL,
      servicePackMajor INTEGER NOT NULL, servicePackMinor INTEGER NOT NULL, locale TEXT NOT NULL,
      suiteMask INTEGER NOT NULL, oldProductType INTEGER NOT NULL, newProductType INTEGER NOT NULL,
      systemMetrics INTEGER NOT NULL, architecture TEXT NOT NULL,
      UNIQUE (major, minor, build, servicePackMajor, servicePackMinor, locale, suiteMask, oldProductType,
        newProductType, systemMetrics, architecture)
    );
    CREATE TABLE registration (
      computerKey INTEGER PRIMARY KEY, operatingSystemKey INTEGER NOT NULL, registeredAt INTEGER NOT NULL,
      manufacturer TEXT, model TEXT, biosVersion TEXT, biosName TEXT, biosReleaseDate INTEGER NOT NULL,
      clientMajor INTEGER NOT NULL, clientMinor INTEGER NOT NULL, clientBuild INTEGER NOT NULL,
      clientQFE INTEGER NOT NULL, osDescription TEXT, oem TEXT, deviceType TEXT, firmwareVersion TEXT,
      mobileOperator TEXT
    );
    CREATE INDEX registrationOperatingSystem ON registration(operatingSystemKey);
    CREATE TABLE groupAssignment (
      computerKey INTEGER NOT NULL, targetGroupID BLOB NOT NULL, PRIMARY KEY (computerKey, targetGroupID)
    ) WITHOUT ROWID;
    CREATE TABLE requestedGroup (
      computerKey INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, foldedName TEXT NOT NULL,
      PRIMARY KEY (computerKey, position)
    ) WITHOUT ROWID;
    CREATE TABLE updateStatus (
      computerKey INTEGER NOT NULL, updateKey INTEGER NOT NULL, state INTEGER NOT NULL,
      changedAt INTEGER NOT NULL, errorCode INTEGER,
      PRIMARY KEY (computerKey, updateKey)
    ) WITHOUT ROWID;
    CREATE INDEX updateStatusUpdate ON updateStatus(updateKey, state);
    CREATE INDEX updateStatusFailed ON updateStatus(errorCode, updateKey) WHERE state = 5;
    CREATE TABLE event (
      eventKey INTEGER PRIMARY KEY AUTOINCREMENT, computerKey INTEGER NOT NULL, instanceID BLOB NOT NULL,
      eventID INTEGER NOT NULL, sourceID INTEGER NOT NULL, updateID BLOB, revisionNumber INTEGER,
      result INTEGER NOT NULL, receivedAt INTEGER NOT NULL, timeAtTarget INTEGER NOT NULL, happenedAt INTEGER NOT NULL,
      appName TEXT, deviceID TEXT, replacements TEXT, miscellaneous TEXT
    );
    CREATE UNIQUE INDEX eventInstance ON event(computerKey, instanceID);
    CREATE TABLE clientActivity (
      updateKey INTEGER NOT NULL, revisionNumber INTEGER NOT NULL, operatingSystemKey INTEGER NOT NULL,
      successes INTEGER NOT NULL, failures INTEGER NOT NULL, changedAt INTEGER NOT NULL,
      PRIMARY KEY (updateKey, revisionNumber, operatingSystemKey)
    ) WITHOUT ROWID;
    CREATE INDEX clientActivityOperatingSystem ON clientActivity(operatingSystemKey);
    """
}
