package naru.houserules.example.log;

import naru.houserules.example.app.App;

final class KnowsApp {
    App app = new App();
}
