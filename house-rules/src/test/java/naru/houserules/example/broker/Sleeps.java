package naru.houserules.example.broker;

final class Sleeps {
    static void nap() throws InterruptedException {
        Thread.sleep(1);
    }
}
