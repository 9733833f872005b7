extension Schema {
  /// Approval rules, and who decided what: `decision.ruleID` is NULL for a person. The group of a decision to
  /// decline, or to undecline, is the zero GUID.
  static let rules = """
    CREATE TABLE approvalRule (
      ruleID INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL, name TEXT NOT NULL,
      isEnabled INTEGER NOT NULL, classifications BLOB NOT NULL, products BLOB NOT NULL,
      titleKind INTEGER, title TEXT, action INTEGER NOT NULL, days INTEGER,
      deadlineDays INTEGER, isAssigned INTEGER NOT NULL, downloadPriority INTEGER NOT NULL, acceptsEULAs INTEGER NOT NULL
    );
    CREATE TABLE approvalRing (
      ruleID INTEGER NOT NULL, position INTEGER NOT NULL, targetGroupID BLOB NOT NULL, delayDays INTEGER NOT NULL,
      limitKind INTEGER, failureLimit INTEGER,
      PRIMARY KEY (ruleID, position)
    ) WITHOUT ROWID;
    CREATE TABLE decision (
      updateKey INTEGER NOT NULL, targetGroupID BLOB NOT NULL, ruleID INTEGER, decidedAt INTEGER NOT NULL,
      PRIMARY KEY (updateKey, targetGroupID)
    ) WITHOUT ROWID;
    """
}
