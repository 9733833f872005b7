public import UpdateModel

/// Something that happened on a client (MS-WUSP 2.2.2.3.1). Its texts come from anybody.
public struct ReportingEvent: Hashable, Sendable {
  /// The client that says so; a server compares it with the cookie (WUSP-334). nil when it is absent.
  public var clientID: String?
  public var timeAtTarget: Timestamp
  /// Names this occurrence: an event may be reported again (WUSP-333).
  public var instanceID: GUID
  /// 1; others may be ignored (WUSP-329).
  public var namespaceID: Int32
  public var eventID: Int16
  /// Which part of the client.
  public var sourceID: Int16
  /// nil when the event is about no update: the zero GUID on the wire (WUSP-352).
  public var update: UpdateIdentity?
  public var win32HResult: Int32
  public var appName: String?
  /// For the `%n` of the event's text.
  public var replacementStrings: [String]
  /// `tag=value`, letter case counts (WUSP-335).
  public var miscData: [String]
  /// nil when the event has no ExtendedData.
  public var computer: Computer?
  public var deviceID: String?

  public init(
    clientID: String?, timeAtTarget: Timestamp, instanceID: GUID, namespaceID: Int32 = 1, eventID: Int16,
    sourceID: Int16, update: UpdateIdentity? = nil, win32HResult: Int32 = 0, appName: String? = nil,
    replacementStrings: [String] = [], miscData: [String] = [], computer: Computer? = Computer(),
    deviceID: String? = nil
  ) {
    self.clientID = clientID
    self.timeAtTarget = timeAtTarget
    self.instanceID = instanceID
    self.namespaceID = namespaceID
    self.eventID = eventID
    self.sourceID = sourceID
    self.update = update
    self.win32HResult = win32HResult
    self.appName = appName
    self.replacementStrings = replacementStrings
    self.miscData = miscData
    self.computer = computer
    self.deviceID = deviceID
  }

  /// The value of the first piece of MiscData with this tag.
  public func value(of tag: String) -> String? {
    for piece in miscData where piece.hasPrefix(tag) && piece.utf8.dropFirst(tag.utf8.count).first == 0x3D {
      return String(piece.dropFirst(tag.count + 1))
    }
    return nil
  }

  /// The updates that MiscData lists under a tag, `;` between them in any letter case; what is no GUID is skipped
  /// (WUSP-336). nil without the tag.
  public func updates(of tag: String) -> [GUID]? {
    value(of: tag)?.split(separator: ";").compactMap { WireText.guid($0.utf8) }
  }
}

extension ReportingEvent {
  /// The computer as an event describes it.
  public struct Computer: Hashable, Sendable {
    public var brand: String?
    public var model: String?
    public var biosRevision: String?
    public var processorArchitecture: ProcessorArchitecture = .unknown
    public var osVersion = DetailedVersion()
    public var osLocaleID: Int32 = 0

    public init() {}
  }

  /// The words of reports, unlike those of ``ComputerInfo/processorArchitecture``. ARM64 has none (WUSP-355).
  public enum ProcessorArchitecture: String, Hashable, Sendable, CaseIterable {
    case unknown = "Unknown"
    case x86 = "X86Compatible"
    case ia64 = "IA64Compatible"
    case amd64 = "Amd64Compatible"
  }

  public struct DetailedVersion: Hashable, Sendable {
    public var major: Int32 = 0
    public var minor: Int32 = 0
    public var build: Int32 = 0
    public var revision: Int32 = 0
    public var servicePackMajor: Int32 = 0
    public var servicePackMinor: Int32 = 0

    public init() {}
  }
}
