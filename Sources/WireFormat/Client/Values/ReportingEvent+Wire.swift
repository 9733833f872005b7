import UpdateModel

extension ElementReader {
  /// The events of a report; nil when the array is absent.
  func eventsIfPresent(_ name: String) throws(WireError) -> [ReportingEvent]? {
    try arrayIfPresent(name, of: "ReportingEvent", limit: ClientRequestLimits.events) { item throws(WireError) in
      try item.reportingEvent()
    }
  }

  /// `SequenceNumber` and `PrivateData` mean nothing and are not read (WUSP-328, WUSP-330).
  private func reportingEvent() throws(WireError) -> ReportingEvent {
    var event = try read("BasicData") { basic throws(WireError) in try basic.basicData() }
    event.computer = try readIfPresent("ExtendedData") { extended throws(WireError) in
      try extended.reportingComputer()
    }
    guard let extended = child("ExtendedData") else { return event }
    event.replacementStrings = try extended.texts(
      "ReplacementStrings", limit: ClientRequestLimits.stringsOfEvent, bytes: ClientRequestLimits.replacementString)
    event.miscData = try extended.texts(
      "MiscData", limit: ClientRequestLimits.stringsOfEvent, bytes: ClientRequestLimits.miscData)
    event.deviceID = try extended.text("DeviceID")
    return event
  }

  private func basicData() throws(WireError) -> ReportingEvent {
    let update = try readIfPresent("UpdateID") { id throws(WireError) in try id.identity() }
    return ReportingEvent(
      clientID: try child("TargetID")?.text("Sid"), timeAtTarget: try timestamp("TimeAtTarget"),
      instanceID: try guid("EventInstanceID"), namespaceID: try int32IfPresent("NamespaceID") ?? 1,
      eventID: try int16("EventID"), sourceID: try int16("SourceID"),
      update: update?.updateID == .zero ? nil : update, win32HResult: try result(), appName: try text("AppName"))
  }

  /// In either spelling (WUSP-331, A-35).
  private func result() throws(WireError) -> Int32 {
    if let result = try int32IfPresent("Win32HResult") { return result }
    return try int32OrZero("Win32Hresult")
  }

  private func reportingComputer() throws(WireError) -> ReportingEvent.Computer {
    var computer = ReportingEvent.Computer()
    computer.brand = try text("ComputerBrand")
    computer.model = try text("ComputerModel")
    computer.biosRevision = try text("BiosRevision")
    let architecture = try text("ProcessorArchitecture").flatMap { ReportingEvent.ProcessorArchitecture(rawValue: $0) }
    computer.processorArchitecture = architecture ?? .unknown
    computer.osVersion =
      try readIfPresent("OSVersion") { version throws(WireError) in try version.detailedVersion() } ?? .init()
    computer.osLocaleID = try int32OrZero("OSLocaleID")
    return computer
  }

  private func detailedVersion() throws(WireError) -> ReportingEvent.DetailedVersion {
    var version = ReportingEvent.DetailedVersion()
    version.major = try int32OrZero("Major")
    version.minor = try int32OrZero("Minor")
    version.build = try int32OrZero("Build")
    version.revision = try int32OrZero("Revision")
    version.servicePackMajor = try int32OrZero("ServicePackMajor")
    version.servicePackMinor = try int32OrZero("ServicePackMinor")
    return version
  }
}

extension XMLWriter {
  mutating func element(_ event: ReportingEvent) {
    start("ReportingEvent")
    writeBasicData(of: event)
    if let computer = event.computer { writeExtendedData(of: event, computer) }
    start("PrivateData")
    element("ComputerDnsName", "")
    element("UserAccountName", "")
    end()
    end()
  }

  private mutating func writeBasicData(of event: ReportingEvent) {
    start("BasicData")
    start("TargetID")
    elementIfPresent("Sid", event.clientID)
    end()
    element("SequenceNumber", Int32(0))
    element("TimeAtTarget", event.timeAtTarget)
    element("EventInstanceID", event.instanceID)
    element("NamespaceID", event.namespaceID)
    element("EventID", Int32(event.eventID))
    element("SourceID", Int32(event.sourceID))
    element("UpdateID", event.update ?? UpdateIdentity(updateID: .zero, revisionNumber: 0))
    element("Win32HResult", event.win32HResult)
    elementIfPresent("AppName", event.appName)
    end()
  }

  private mutating func writeExtendedData(of event: ReportingEvent, _ computer: ReportingEvent.Computer) {
    start("ExtendedData")
    elements("ReplacementStrings", event.replacementStrings) { $0.element("string", $1) }
    elements("MiscData", event.miscData) { $0.element("string", $1) }
    elementIfPresent("ComputerBrand", computer.brand)
    elementIfPresent("ComputerModel", computer.model)
    elementIfPresent("BiosRevision", computer.biosRevision)
    element("ProcessorArchitecture", computer.processorArchitecture.rawValue)
    start("OSVersion")
    element("Major", computer.osVersion.major)
    element("Minor", computer.osVersion.minor)
    element("Build", computer.osVersion.build)
    element("Revision", computer.osVersion.revision)
    element("ServicePackMajor", computer.osVersion.servicePackMajor)
    element("ServicePackMinor", computer.osVersion.servicePackMinor)
    end()
    element("OSLocaleID", computer.osLocaleID)
    elementIfPresent("DeviceID", event.deviceID)
    end()
  }
}
