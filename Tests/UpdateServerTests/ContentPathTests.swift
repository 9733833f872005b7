import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct ServiceRouteTests {
  static let hex = "0123456789ABCDEF0123456789abcdef01234505"

  @Test(
    "SSS-004: alternative paths, double slashes and any letter case reach the same service",
    arguments: [
      ("/ServerSyncWebService/ServerSyncWebService.asmx", ServiceRoute.service(.serverSync)),
      ("/serversyncwebservice/ServerSyncProxy.asmx", .service(.serverSync)),
      ("//SERVERSYNCWEBSERVICE//serversyncwebservice.ASMX", .service(.serverSync)),
      ("/DssAuthWebService/DssAuthWebService.asmx", .service(.dssAuth)),
      ("//dssauthWebService/DssAuthWebService.asmx", .service(.dssAuth)),
      ("/ReportingWebService/ReportingWebService.asmx", .service(.reporting)),
      ("/reportingwebservice/webservice.asmx", .service(.reporting)),
    ])
  func services(_ path: String, _ route: ServiceRoute) {
    #expect(ServiceRoute(target: path) == route)
  }

  @Test(
    "paths of no service are nothing",
    arguments: [
      "", "/", "/ServerSyncWebService", "/ServerSyncWebService/", "/ServerSyncWebService/Other.asmx",
      "/x/ServerSyncWebService/ServerSyncWebService.asmx", "/" + String(repeating: "a", count: 5_000),
    ])
  func unknownPaths(_ path: String) {
    #expect(ServiceRoute(target: path) == nil)
  }

  @Test(
    "a hex name matches in any letter case with any extension or none",
    arguments: [
      "/Content/05/\(hex).cab", "/content/05/\(hex.lowercased()).CAB", "/CONTENT/05/\(hex.uppercased())",
      "//Content//05//\(hex).exe", "/Content/05/\(hex).tar.gz", "/Content/%30%35/\(hex).cab",
    ])
  func hexNames(_ path: String) throws {
    let digest = try #require(FileDigest(hex: Self.hex))
    #expect(ServiceRoute(target: path) == .content(.digest(digest)))
  }

  @Test("a hex name in the folder of another digest is not found")
  func wrongFolder() {
    #expect(ServiceRoute(target: "/Content/06/\(Self.hex).cab") == .contentNotFound)
  }

  @Test("other names are aliases in their folder")
  func aliases() {
    #expect(
      ServiceRoute(target: "/Content/fF/Setup%20%C3%BC.exe") == .content(.alias(folder: 0xFF, name: "Setup ü.exe")))
    #expect(ServiceRoute(target: "/Content/0a/abc") == .content(.alias(folder: 0x0A, name: "abc")))
  }

  @Test(
    "hostile content paths name no file",
    arguments: [
      "/Content/5", "/Content/zz/", "/Content/5/x", "/Content/005/x", "/Content/zz/x", "/Content/05/..",
      "/Content/../05/x", "/Content/05/../../etc/passwd", "/Content/05/%2e%2e", "/Content/05/..%2fpasswd",
      "/Content/05/..%5cpasswd", "/Content/05/a%00b", "/Content/05/a%0Ab", "/Content/05/%", "/Content/05/%4",
      "/Content/05/%zz", "/Content/05/%ff%fe", "/Content/%2e%2e/x", "/Content/05/x/y", "/Content/05/a\\b",
      "/Content/05/" + String(repeating: "n", count: 256), "/Content/05/.",
    ])
  func hostilePaths(_ path: String) {
    #expect(ServiceRoute(target: path) == .contentNotFound)
  }

  @Test(
    "the content directory and its folders are not listed",
    arguments: ["/Content", "/content/", "/Content/05", "/Content//aF/", "/Content/05/?x"])
  func folders(_ path: String) {
    #expect(ServiceRoute(target: path) == .contentFolder)
  }

  @Test(
    "the usual spelling is read at once, and only that one",
    arguments: [
      ("/Content/05/\(hex).cab", true), ("/cONTENT/05/\(hex.lowercased())", true), ("/Content/05/\(hex).CAB", true),
      ("/Content/05/\(hex).", false), ("/Content/05/\(hex).abcdefghijk", false), ("/Content/05/\(hex).ca/", false),
      ("/Content/05/\(hex)?x", false), ("/Content/06/\(hex).cab", false), ("/Content/05/\(hex.dropLast()).cab", false),
      ("/Content/05/\(hex.dropLast())g.cab", false), ("//Content/05/\(hex).cab", false), ("/Konten/005/\(hex)", false),
      ("/Content/05/", false), ("", false),
    ])
  func usualSpelling(_ path: String, _ isUsual: Bool) {
    #expect((ContentPath(usualTarget: path) != nil) == isUsual)
  }

  @Test("a path longer than any real one is nothing")
  func longPath() {
    #expect(ServiceRoute(target: "/Content/05/" + String(repeating: "n", count: 100_000)) == nil)
  }
}
