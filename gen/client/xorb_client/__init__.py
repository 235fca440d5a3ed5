"""What the platform's contracts say, for partners: messages and stubs. Generated; don't edit."""
