internal import GRDB
internal import GRDBSQLite
internal import UpdateModel

/// A prepared statement with direct binding, for the loops that write many small rows.
///
/// Lives inside one transaction closure. GRDB keeps the compiled statement in the
/// connection's cache, so making one again is cheap.
struct RawStatement {
  private let statement: Statement
  private let handle: SQLiteStatement
  private let connection: SQLiteConnection?

  init(_ db: Database, _ sql: String) throws {
    statement = try db.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
    connection = db.sqliteConnection
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }
  func bind(_ index: Int32, _ value: Int32) { sqlite3_bind_int64(handle, index, Int64(value)) }
  func bind(_ index: Int32, _ value: Bool) { sqlite3_bind_int64(handle, index, value ? 1 : 0) }

  func bind(_ index: Int32, _ value: Int64?) {
    guard let value else { return bindNull(index) }
    sqlite3_bind_int64(handle, index, value)
  }

  func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

  func bind(_ index: Int32, _ text: String?) {
    guard var text else { return bindNull(index) }
    text.withUTF8 { bytes in
      _ = bytes.withMemoryRebound(to: CChar.self) { characters in
        sqlite3_bind_text(handle, index, characters.baseAddress, Int32(characters.count), Self.copies)
      }
    }
  }

  func bind(_ index: Int32, _ bytes: [UInt8]?) {
    guard let bytes else { return bindNull(index) }
    guard !bytes.isEmpty else { sqlite3_bind_zeroblob(handle, index, 0); return }
    bytes.withUnsafeBytes { buffer in
      _ = sqlite3_bind_blob64(handle, index, buffer.baseAddress, UInt64(buffer.count), Self.copies)
    }
  }

  func bind(_ index: Int32, _ guid: GUID) {
    withUnsafeBytes(of: (guid.high.bigEndian, guid.low.bigEndian)) { buffer in
      _ = sqlite3_bind_blob(handle, index, buffer.baseAddress, 16, Self.copies)
    }
  }

  /// Runs to the end and makes the statement ready for the next values.
  func run() throws {
    var code = sqlite3_step(handle)
    while code == SQLITE_ROW { code = sqlite3_step(handle) }
    try finish(code)
  }

  /// The first column of the first row; nil without a row.
  func fetchInt64() throws -> Int64? {
    let code = sqlite3_step(handle)
    let value = code == SQLITE_ROW ? sqlite3_column_int64(handle, 0) : nil
    try finish(code == SQLITE_ROW ? SQLITE_DONE : code)
    return value
  }

  /// What `read` makes of the first row; nil without a row. The row is valid only in there.
  func fetch<Value>(_ read: (RawRow) throws -> Value) throws -> Value? {
    let code = sqlite3_step(handle)
    do {
      let value = code == SQLITE_ROW ? try read(RawRow(handle: handle)) : nil
      try finish(code == SQLITE_ROW ? SQLITE_DONE : code)
      return value
    } catch {
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Calls `read` with each row, which is valid only in there.
  func forEach(_ read: (RawRow) throws -> Void) throws {
    var code = sqlite3_step(handle)
    do {
      while code == SQLITE_ROW {
        try read(RawRow(handle: handle))
        code = sqlite3_step(handle)
      }
    } catch {
      sqlite3_reset(handle)
      throw error
    }
    try finish(code)
  }

  /// The next row, valid until the next call; nil after the last one. For tables that are read side by side.
  ///
  /// Call ``reset()`` in any case: a statement that stands at a row keeps its connection in the old snapshot.
  func next() throws -> RawRow? {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return RawRow(handle: handle) }
    try finish(code)
    return nil
  }

  func reset() { sqlite3_reset(handle) }

  /// Rows that the last `run` of an INSERT, UPDATE or DELETE changed.
  var changes: Int { connection.map { Int(sqlite3_changes($0)) } ?? 0 }
  var lastInsertedRowID: Int64 { connection.map { sqlite3_last_insert_rowid($0) } ?? 0 }

  private func finish(_ code: Int32) throws {
    // The failed step's text is gone after the reset.
    let failure = code == SQLITE_DONE ? nil : DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    sqlite3_reset(handle)
    if let failure { throw failure }
  }

  private var message: String? {
    connection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
  }

  /// SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
  private static var copies: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// The current row of a statement.
struct RawRow {
  let handle: SQLiteStatement

  func int64(_ column: Int32) -> Int64? {
    sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, column)
  }

  /// The bytes in place; empty for NULL.
  func blob(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
  }

  func text(_ column: Int32) -> String? {
    guard let start = sqlite3_column_text(handle, column) else { return nil }
    let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension RawRow {
  func guid(_ column: Int32) throws -> GUID {
    let bytes = blob(column)
    guard bytes.count == 16 else { throw CatalogError.damagedRow(table: "row", key: 0, column: "GUID \(column)") }
    let high = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
    let low = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    return GUID(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
  }

  func digest(_ column: Int32) throws -> FileDigest {
    guard let digest = FileDigest(bytes: copyBytes(blob(column))) else {
      throw CatalogError.damagedRow(table: "file", key: 0, column: "digest")
    }
    return digest
  }
}
