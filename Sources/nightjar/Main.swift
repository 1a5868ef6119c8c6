import NightjarCommands

@main
enum Main {
    static func main() async {
        await Nightjar.start()
    }
}
