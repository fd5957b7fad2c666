fn _a() {}
