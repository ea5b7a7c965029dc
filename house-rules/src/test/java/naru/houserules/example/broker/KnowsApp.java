package naru.houserules.example.broker;

import naru.houserules.example.app.App;

final class KnowsApp {
    App app = new App();
}
