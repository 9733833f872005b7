import Catalog
import Testing
import UpdateModel

struct ClientConfigurationTests {
  let folder = try! TemporaryFolder()

  private func configuration(_ most: Int = 50, isRegistrationRequired: Bool = false) -> ClientConfiguration {
    ClientConfiguration(
      isRegistrationRequired: isRegistrationRequired, authorizationURL: "SimpleAuthWebService/SimpleAuth.asmx",
      properties: [.init("MaxExtendedUpdatesPerRequest", "\(most)"), .init("ProtocolVersion", "3.2")])
  }

  @Test("WUSP-074: LastChange moves when the answer changes, and at no other time")
  func lastChange() async throws {
    let clock = TestClock()
    let catalog = try await folder.catalog(clock: clock)
    let first = try await catalog.lastChange(of: configuration())
    clock.advance(seconds: 100)
    try await catalog.add(.updates, [revision(1)])
    #expect(try await catalog.lastChange(of: configuration()) == first)
    let second = try await catalog.lastChange(of: configuration(isRegistrationRequired: true))
    #expect(second > first)
    let third = try await catalog.lastChange(of: configuration(60, isRegistrationRequired: true))
    #expect(third > second)
  }

  @Test("WUSP-075: LastChange is whole milliseconds and survives a restart; answers at once differ in it")
  func milliseconds() async throws {
    let clock = TestClock()
    clock.advance(seconds: 0.0012345)
    let catalog = try await folder.catalog(clock: clock)
    let first = try await catalog.lastChange(of: configuration())
    #expect(first.ticks % 10_000 == 0)
    let second = try await catalog.lastChange(of: configuration(51))
    let third = try await catalog.lastChange(of: configuration())
    #expect([first, second, third] == [first, second, third].sorted())
    #expect(Set([first, second, third]).count == 3)
    try catalog.close()
    clock.advance(seconds: 10)
    #expect(try await folder.catalog(clock: clock).lastChange(of: configuration()) == third)
  }
}
