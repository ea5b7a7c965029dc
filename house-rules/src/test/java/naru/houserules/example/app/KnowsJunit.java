package naru.houserules.example.app;

import naru.houserules.example.junit.KnowsLog;

final class KnowsJunit {
    KnowsLog fromTests = new KnowsLog();
}
